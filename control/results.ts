// A sweep's trials as rows, with names and settings.
import { listBestPerSeed } from '../db/best-per-seed.ts';
import { eachResult, type TrialResult } from '../db/results.ts';
import { findSweep } from '../db/sweeps.ts';
import { trialName } from '../db/trial-reference.ts';
import { configurationSettings } from './configuration-settings.ts';
import type { Control } from './control.ts';

export interface ResultsChoice {
  /** Only the trial that is best on dev for its method and seeds. */
  bestPerSeed?: boolean;
  /** So many at most. */
  limit?: number | undefined;
  /** So many of the first are left out. */
  offset?: number | undefined;
}

export interface NamedResult extends TrialResult {
  /** By which `show`, `rerun` and `export` find it: `demo/3`. */
  trial: string;
  /** What tells its configuration from others and has no field above: `rank 8, learningRate 0.001`. */
  settings: string | null;
}

/** In running order. @throws UnknownSweepError */
export async function results(
  { database }: Pick<Control, 'database'>,
  name: string,
  { bestPerSeed = false, limit = Number.POSITIVE_INFINITY, offset = 0 }: ResultsChoice = {},
): Promise<NamedResult[]> {
  const sweep = await findSweep(database, name);
  const sweepId = sweep.id;
  const chosen = bestPerSeed
    ? new Set((await listBestPerSeed(database, sweepId)).map(({ position }) => position))
    : undefined;
  const settings = await configurationSettings({ database }, sweepId);
  const rows: NamedResult[] = [];
  let left = offset;
  for await (const row of eachResult(database, { sweepId })) {
    if (rows.length >= limit) break;
    if (chosen?.has(row.position) === false) continue;
    if (left > 0) left -= 1;
    else
      rows.push({
        trial: trialName({ trial: row, sweep }),
        ...row,
        settings: settings.get(row.configurationKey) ?? null,
      });
  }
  return rows;
}
