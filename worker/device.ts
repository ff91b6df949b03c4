// What this machine's trainers compute on.
import { existsSync } from 'node:fs';
import { probeTensorflow } from '../runtime/probe-tensorflow.ts';
import type { DeviceClass } from '../workflows/queues.ts';

/** Where NVIDIA's driver shows itself on Linux. */
const DRIVER = '/proc/driver/nvidia/version';

/** Where a driver is found TensorFlow itself is asked: a driver alone does not make a usable GPU. */
export async function detectDevice(wanted: 'auto' | 'cpu' | 'gpu'): Promise<DeviceClass> {
  if (wanted === 'cpu' || !existsSync(DRIVER)) return 'cpu';
  const loaded = await probeTensorflow({ device: wanted });
  return loaded?.device ?? 'cpu';
}
