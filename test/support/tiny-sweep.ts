// A small sweep whose trials name a backbone that really lies on this machine.
import { join } from 'node:path';
import type { NewSweep } from '../../db/new-sweep.ts';
import { temporaryFolder } from './data-files.ts';
import { writeTinyBackbone, writeTinyData } from './tiny-backbone.ts';
import { smallSweep } from './trials.ts';

/** The trials' backbone and data are really there. */
export async function sweepOnTinyBackbone(name?: string): Promise<{ sweep: NewSweep; folder: string }> {
  const home = await temporaryFolder();
  const folder = join(home, 'backbone');
  const { fingerprint } = await writeTinyBackbone(folder);
  const sweep = name === undefined ? smallSweep() : smallSweep(name);
  const data = await writeTinyData(home);
  for (const { trial } of sweep.trials) {
    trial.backbone = { name: folder, folder, fingerprint };
    trial.task = { ...trial.task, data };
  }
  return { sweep, folder };
}
