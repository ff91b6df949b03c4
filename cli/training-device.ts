// Which device class a sweep's trials go to, and who trains them.
import type { Control } from '../control/control.ts';
import { chooseDeviceClass, classesWithWorkers, type Offer } from '../control/workers.ts';
import type { Environment } from '../runtime/environment.mjs';
import type { Spec } from '../sweep/spec.ts';
import { detectDevice } from '../worker/device.ts';
import { trainerMemoryMiB } from '../worker/memory.ts';
import type { DeviceClass } from '../workflows/queues.ts';
import type { Terminal } from './command.ts';
import type { OwnWorker } from './own-worker.ts';

/** Without a worker of our own: what is there, else what this machine is told to use, else what it has. */
export async function deviceAmong(control: Control, wanted: Spec['device'], terminal: Terminal): Promise<DeviceClass> {
  const here = terminal.environment.device;
  const chosen = chooseDeviceClass(wanted, await classesWithWorkers(control));
  return chosen ?? (here === 'auto' ? detectDevice(here) : here);
}

/** Who has to come for a sweep to be trained; without `device` it cannot be told. */
export function whoTrains(device: DeviceClass | null | undefined): string {
  if (!device) return '`lpt-sweep worker` trains it, on this machine or another';
  return `\`lpt-sweep worker\` trains it on a ${device}, of this machine or another`;
}

/** How the other device is asked for, beside the words of `whoTrains`: for a file that has just been launched for the first time. */
export function otherDevice(device: DeviceClass | undefined, wanted: Spec['device']): string {
  if (device === undefined || wanted !== 'auto') return '';
  const other = device === 'cpu' ? 'gpu' : 'cpu';
  return ` (\`device: ${other}\` in the file asks for a ${other})`;
}

/** Starts `own` unless some worker of the right class is there already. */
export async function deviceWithWorker(control: Control, wanted: Spec['device'], own: OwnWorker): Promise<DeviceClass> {
  const offered = await classesWithWorkers(control);
  const chosen = chooseDeviceClass(wanted, offered);
  if (chosen !== null && offered.includes(chosen)) return chosen;
  const started = await own.start();
  if (chosen === null || chosen === started) return started;
  throw new Error(
    `Expected this machine to train on the ${chosen}, which the sweep waits for, found the ${started} only. \`lpt-sweep worker\` on a machine that has one trains it.`,
  );
}

/** What a worker of our own offers, known before it is started. */
export async function offerHere(environment: Environment, wanted: Spec['device']): Promise<Offer> {
  const deviceClass = await detectDevice(wanted === 'auto' ? environment.device : wanted);
  const memoryMiB = environment.memoryMiB ?? (await trainerMemoryMiB({ deviceClass, trainers: 1 }));
  return { deviceClass, memoryMiB };
}
