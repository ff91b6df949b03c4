// Names of task queues. Workflows and quick activities share one queue; training has one a device and memory step.

export const WORKFLOW_QUEUE = 'lpt-sweep';

export const DEVICE_CLASSES = ['cpu', 'gpu'] as const;
export type DeviceClass = (typeof DEVICE_CLASSES)[number];

/** GiB a trainer has, as cards are sold. The first is open to every worker; a trial goes to the first that holds it. */
export const MEMORY_STEPS_GIB = [2, 4, 8, 16, 24, 40, 80, 160] as const;

/** A machine of 24 GiB shows a little less. */
const TOLERANCE = 1.05;

/** Where trials wait for a trainer of this device with memory enough; absent: for any. */
export interface TrainingClass {
  deviceClass: DeviceClass;
  /** What a trial is estimated to need. */
  memoryMiB?: number;
}

/** Every trial finds a queue: one that needs more than the largest step stands in a queue that nobody serves. */
export function trainingQueue({ deviceClass, memoryMiB = 0 }: TrainingClass, workflowQueue = WORKFLOW_QUEUE): string {
  return nameOf(deviceClass, memoryStepGiB(memoryMiB), workflowQueue);
}

/** The first step that holds a trial; what it needs itself where none does. */
export function memoryStepGiB(memoryMiB: number): number {
  return MEMORY_STEPS_GIB.find((gib) => memoryMiB <= gib * 1024) ?? Math.ceil(memoryMiB / 1024);
}

/** The queues of all trials that fit a worker with so much memory a trainer. */
export function queuesServed({ deviceClass, memoryMiB }: TrainingClass, workflowQueue = WORKFLOW_QUEUE): string[] {
  const [first, ...others] = MEMORY_STEPS_GIB;
  const held = others.filter((gib) => memoryMiB === undefined || gib * 1024 <= memoryMiB * TOLERANCE);
  return [first, ...held].map((gib) => nameOf(deviceClass, gib, workflowQueue));
}

/** One worker's own, where it is preferred for what it has warm. */
export function ownQueue(worker: string, workflowQueue = WORKFLOW_QUEUE): string {
  return `${workflowQueue}-worker-${worker}`;
}

function nameOf(deviceClass: DeviceClass, gib: number, workflowQueue: string): string {
  const name = `${workflowQueue}-${deviceClass}`;
  return gib === MEMORY_STEPS_GIB[0] ? name : `${name}-${gib}g`;
}
