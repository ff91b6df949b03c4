// One object a trial.
import { listBestPerSeed } from '../db/best-per-seed.ts';
import { listResults, type TrialResult } from '../db/results.ts';
import { findSweep } from '../db/sweeps.ts';
import type { Control } from './control.ts';

/** A trial with its place in the sweep, by which `show` finds it. */
export type PlacedResult = TrialResult & { position: number };

export interface ResultsChoice {
  /** Only the trial that is best on dev for its method and seeds. */
  bestPerSeed?: boolean;
}

/** In running order. @throws UnknownSweepError */
export async function results(
  { database }: Pick<Control, 'database'>,
  name: string,
  { bestPerSeed = false }: ResultsChoice = {},
): Promise<PlacedResult[]> {
  const sweep = await findSweep(database, name);
  const all = (await listResults(database, sweep.id)).map((row, position) => ({ ...row, position }));
  if (!bestPerSeed) return all;
  const chosen = new Set((await listBestPerSeed(database, sweep.id)).map(({ position }) => position));
  return all.filter(({ position }) => chosen.has(position));
}
