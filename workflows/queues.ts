// Names of task queues. Workflows and quick activities share one queue; training has one a device class.

export const WORKFLOW_QUEUE = 'lpt-sweep';

export const DEVICE_CLASSES = ['cpu', 'gpu'] as const;
export type DeviceClass = (typeof DEVICE_CLASSES)[number];

export function trainingQueue(deviceClass: DeviceClass, workflowQueue = WORKFLOW_QUEUE): string {
  return `${workflowQueue}-${deviceClass}`;
}
