// What this machine's trainers compute on.
import { existsSync } from 'node:fs';
import { run } from '../runtime/install/run.mjs';
import { PROJECT } from '../runtime/project.ts';
import type { DeviceClass } from '../workflows/queues.ts';

/** Where NVIDIA's driver shows itself on Linux. */
const DRIVER = '/proc/driver/nvidia/version';

/** Where a driver is found TensorFlow itself is asked, in a process of its own: a driver alone does not make a usable GPU. */
export async function detectDevice(wanted: 'auto' | 'cpu' | 'gpu'): Promise<DeviceClass> {
  if (wanted === 'cpu' || !existsSync(DRIVER)) return 'cpu';
  const module = JSON.stringify(new URL('../runtime/tensorflow.ts', import.meta.url).href);
  const script = `const { loadTensorflow } = await import(${module}); console.log('device', (await loadTensorflow()).device);`;
  const { output } = await run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    cwd: PROJECT,
  });
  return output.includes('device gpu') ? 'gpu' : 'cpu';
}
