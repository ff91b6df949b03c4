// What settings do to the score, of each method on each task: chosen by, and told on, dev alone.
import { listCutShort, type CutShort } from '../db/cut-short.ts';
import { listComplete, type CompleteTrial } from '../db/complete-trials.ts';
import { findSweep } from '../db/sweeps.ts';
import { settingsOf } from '../sweep/settings.ts';
import { columnKey } from '../sweep/statistics/entrant.ts';
import { grouped } from '../sweep/statistics/grouped.ts';
import { summarise } from '../sweep/statistics/effect-summary.ts';
import { effectsOf, type Effects, type EffectTrial } from '../sweep/statistics/effects.ts';
import type { Control } from './control.ts';

export type MethodEffects = Pick<CompleteTrial, 'task' | 'method' | 'regime' | 'k' | 'metric'> &
  Effects & { /** Plain sentences. */ summary: string[] };

/** Methods of which nothing varies are left out. @throws UnknownSweepError */
export async function effects({ database }: Pick<Control, 'database'>, name: string): Promise<MethodEffects[]> {
  const { id } = await findSweep(database, name);
  const [rows, cutShort] = await Promise.all([listComplete(database, id), listCutShort(database, id)]);
  return grouped(rows, (row) => `${row.method}\n${columnKey(row)}`).flatMap((own) => {
    const [{ task, method, regime, k, metric }] = own;
    const found = effectsOf(own.flatMap((row) => effectTrialOf(row, cutShort) ?? []));
    if (found.settings.length === 0) return [];
    return [{ task, method, regime, k, metric, ...found, summary: summarise(found) }];
  });
}

function effectTrialOf(row: CompleteTrial, { configurations }: CutShort): EffectTrial | null {
  const { trial, configurationKey, dataSeed, trainSeed, devScore } = row;
  if (devScore === null) return null;
  return {
    settings: settingsOf(trial),
    seed: `${dataSeed} ${trainSeed}`,
    score: devScore,
    isWhole: !configurations.has(configurationKey),
  };
}
