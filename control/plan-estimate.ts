// What a plan would take, on each device that earlier trials ran on.
import { estimate, type Estimate } from '../sweep/cost.ts';
import { type MeasuredTrial, Speeds } from '../sweep/measured.ts';
import { DEVICE_CLASSES, type DeviceClass } from '../workflows/queues.ts';
import type { PlannedSweep } from './plan.ts';

export interface DeviceEstimate {
  device: DeviceClass;
  /** Of a search that goes on, seconds and Postgres are those of all its trials, the others those of the first. */
  estimate: Estimate;
  /** That a search comes to, where it goes on from the trials of the plan. */
  configurations?: number;
}

/** Those that the sweep file allows and something was measured on; the usual one where there is none. */
export function estimateSweep(planned: PlannedSweep, measured: readonly MeasuredTrial[]): DeviceEstimate[] {
  const { spec } = planned;
  const allowed = DEVICE_CLASSES.filter((device) => spec.device === 'auto' || spec.device === device);
  const known = allowed.filter((device) => measured.some((one) => one.device === device));
  const [usual = 'cpu'] = allowed;
  const devices = known.length === 0 ? [usual] : known;
  return devices.map((device) => ({ device, ...estimateAll(planned, speedsOn(device, measured)) }));
}

/** What a search proposes is taken for such as it begins with. */
function estimateAll({ plan, facts }: PlannedSweep, speeds: Speeds): Omit<DeviceEstimate, 'device'> {
  const first = estimate(plan, facts, speeds);
  if (plan.goesOn === undefined) return { estimate: first };
  const { times, configurations } = plan.goesOn;
  const { seconds, databaseMiB } = first;
  return { estimate: { ...first, seconds: seconds * times, databaseMiB: databaseMiB * times }, configurations };
}

export function speedsOn(device: DeviceClass, measured: readonly MeasuredTrial[]): Speeds {
  return new Speeds(measured.filter((one) => one.device === device));
}
