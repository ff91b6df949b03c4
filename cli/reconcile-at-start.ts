// A worker that starts puts right what others left behind when they died. It says nothing where there was nothing.
import { openControl, type Control, type ControlTarget } from '../control/control.ts';
import { AT_START, reconcile, type Discrepancy } from '../control/reconcile.ts';
import { chooseDeviceClass, classesWithWorkers } from '../control/workers.ts';
import type { SweepRow } from '../db/sweeps.ts';
import type { Log } from '../worker/log.ts';
import type { DeviceClass } from '../workflows/queues.ts';
import { describeDiscrepancy } from './discrepancy.ts';

export interface AtStart {
  services: ControlTarget;
  /** What the worker trains on. */
  device: DeviceClass;
  log: Log;
  /** Aborted when the worker is told to stop: then nobody is interested any more. */
  signal: AbortSignal;
}

/** Never throws: a worker trains also where this fails. */
export async function reconcileAtStart({ services, device, log, signal }: AtStart): Promise<void> {
  try {
    for (const discrepancy of await reconcileWith(services, device)) {
      const { sweep, trial } = discrepancy;
      const fields = { sweep, ...(trial === null ? {} : { trial: `${sweep}/${trial}` }) };
      log({ level: 'warn', event: 'reconciled', message: describeDiscrepancy(discrepancy), fields });
    }
  } catch (error) {
    if (signal.aborted) return;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `Postgres and Temporal could not be compared, \`lpt-sweep reconcile\` does it: ${reason}`;
    log({ level: 'warn', event: 'reconcile-failed', message });
  }
}

async function reconcileWith(services: ControlTarget, device: DeviceClass): Promise<Discrepancy[]> {
  const control: Control = await openControl(services);
  try {
    // Temporal may not have heard of this worker yet.
    const chooseDevice = async ({ spec }: SweepRow): Promise<DeviceClass> =>
      chooseDeviceClass(spec.device, [...(await classesWithWorkers(control)), device]) ?? device;
    return await reconcile(control, { isDryRun: false, caution: AT_START, chooseDevice });
  } finally {
    await control.close();
  }
}
