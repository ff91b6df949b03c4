// What set-up downloads, as `doctor` looks at it: whether the demo's is there, and room for all of it.
import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Environment } from './environment.mjs';
import type { Examined } from './examined.ts';
import { chooseBuild, libraryFolder } from './install/tensorflow-library.mjs';

/** The least that set-up and a sweep want free. */
const LEAST_BYTES = 4e9;
/** By how much TensorFlow's CUDA build with NVIDIA's libraries (5.7 GB) is larger than the one for the CPU (0.9 GB). */
const CUDA_BYTES = 5e9;

/** The demo's backbone or data: a sweep of other ones runs without. */
export function ofTheDemo(part: string, folder: string): Examined {
  if (existsSync(folder)) return { part, state: 'ok', found: 'installed', where: folder };
  const advice = 'The demo needs it: run `node scripts/setup.mjs`.';
  return { part, state: 'optional', found: 'not installed', advice };
}

export function roomForState({ stateFolder }: Environment): Examined {
  const advice = `Sweeps want about ${inGigabytes(LEAST_BYTES)}.`;
  return room({ part: 'State folder', folder: stateFolder, wanted: LEAST_BYTES, advice });
}

export function roomForCache(environment: Environment): Examined {
  const wanted = cacheBytes(environment);
  return room({ part: 'Cache folder', folder: environment.cacheFolder, wanted, advice: cacheAdvice(environment) });
}

export function cacheAdvice(environment: Environment): string {
  const kept = environment.hiddenStatesDiskMiB;
  const more = kept === 0 ? '' : `; kept hidden states up to ${kept} MiB more (LPT_SWEEP_HIDDEN_STATES)`;
  return `Set-up and sweeps want about ${inGigabytes(cacheBytes(environment))}${more}.`;
}

function cacheBytes(environment: Environment): number {
  const build = chooseBuild(environment);
  const lacksCuda = build === 'gpu' && !existsSync(libraryFolder(environment.cacheFolder, build));
  return LEAST_BYTES + (lacksCuda ? CUDA_BYTES : 0);
}

interface Room {
  part: string;
  folder: string;
  wanted: number;
  advice: string;
}

function room({ part, folder, wanted, advice }: Room): Examined {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = statfsSync(existing);
  const free = bavail * bsize;
  const examined = { part, found: `${inGigabytes(free)} free`, where: folder };
  return free >= wanted ? { ...examined, state: 'ok' } : { ...examined, state: 'optional', advice };
}

function inGigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(0)} GB`;
}
