// One object a trial.
import { listBestPerSeed } from '../db/best-per-seed.ts';
import { eachResult, type TrialResult } from '../db/results.ts';
import { findSweep } from '../db/sweeps.ts';
import type { Control } from './control.ts';

export interface ResultsChoice {
  /** Only the trial that is best on dev for its method and seeds. */
  bestPerSeed?: boolean;
  /** So many at most. */
  limit?: number | undefined;
  /** So many of the first are left out. */
  offset?: number | undefined;
}

/** In running order. @throws UnknownSweepError */
export async function results(
  { database }: Pick<Control, 'database'>,
  name: string,
  { bestPerSeed = false, limit = Number.POSITIVE_INFINITY, offset = 0 }: ResultsChoice = {},
): Promise<TrialResult[]> {
  const { id: sweepId } = await findSweep(database, name);
  const chosen = bestPerSeed
    ? new Set((await listBestPerSeed(database, sweepId)).map(({ position }) => position))
    : undefined;
  const rows: TrialResult[] = [];
  let left = offset;
  for await (const row of eachResult(database, { sweepId })) {
    if (rows.length >= limit) break;
    if (chosen?.has(row.position) === false) continue;
    if (left > 0) left -= 1;
    else rows.push(row);
  }
  return rows;
}
