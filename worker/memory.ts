// How much memory a trainer on this machine has, from which follows what trials it is sent.
import { totalmem } from 'node:os';
import { run } from '../runtime/install/run.mjs';
import type { DeviceClass } from '../workflows/queues.ts';

export interface MemoryOf {
  deviceClass: DeviceClass;
  trainers: number;
}

/** MiB. Of the processor's memory, or of what a container is allowed, each trainer's share; of a card, all of it. */
export async function trainerMemoryMiB({ deviceClass, trainers }: MemoryOf): Promise<number> {
  return deviceClass === 'gpu' ? smallestCardMiB() : Math.floor(machineBytes() / 2 ** 20 / trainers);
}

/** @throws an error for people when NVIDIA's tool cannot be asked */
async function smallestCardMiB(): Promise<number> {
  const query = ['--query-gpu=memory.total', '--format=csv,noheader,nounits'];
  const output = await run('nvidia-smi', query).then(
    (ran) => ran.output,
    () => '',
  );
  return smallestIn(output);
}

/** @param output a number of MiB a line. */
export function smallestIn(output: string): number {
  const sizes = output
    .split('\n')
    .map(Number)
    .filter((mib) => mib > 0);
  if (sizes.length > 0) return Math.min(...sizes);
  throw new Error(
    'Expected `nvidia-smi` to tell the memory of the graphics cards, found no answer. Set `LPT_SWEEP_MEMORY` to the MiB of one card.',
  );
}

function machineBytes(): number {
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}
