// A small sweep whose trials name a backbone that really lies on this machine.
import { join } from 'node:path';
import type { NewSweep } from '../../db/sweeps.ts';
import { temporaryFolder } from './data-files.ts';
import { writeTinyBackbone } from './tiny-backbone.ts';
import { smallSweep } from './trials.ts';

export async function sweepOnTinyBackbone(name?: string): Promise<{ sweep: NewSweep; folder: string }> {
  const folder = join(await temporaryFolder(), 'backbone');
  const { fingerprint } = await writeTinyBackbone(folder);
  const sweep = name === undefined ? smallSweep() : smallSweep(name);
  for (const { trial } of sweep.trials) trial.backbone = { name: folder, folder, fingerprint };
  return { sweep, folder };
}
