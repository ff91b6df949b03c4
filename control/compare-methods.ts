// Methods against methods: each with the configuration that dev chose, scores and tests on what the test split said.
import { listBaselines, type BaselineRow } from '../db/baselines.ts';
import { listBestPerSeed } from '../db/best-per-seed.ts';
import { listCompared, loadPredictions } from '../db/compared-trials.ts';
import { listConfigurations } from '../db/configurations.ts';
import { listCutShort } from '../db/cut-short.ts';
import { findSweep, type SweepRow } from '../db/sweeps.ts';
import {
  overallOf,
  scoresOf,
  type ComparedTrial,
  type MethodOverall,
  type MethodScore,
} from '../sweep/statistics/entrant.ts';
import { pairsOf, type MethodPair } from '../sweep/statistics/pairs.ts';
import { chosenOf } from './chosen.ts';
import { emptyNotes, notesOn, nothingPublished } from './comparison-notes.ts';
import { settingsApart } from './configuration-settings.ts';
import type { Control } from './control.ts';
import { describeCutShort } from './finding.ts';

/** `fixed`: one configuration keeps all seeds; `per-seed`: the one that is best on dev is chosen anew on each. */
export const AVERAGES = ['fixed', 'per-seed'] as const;
export type Average = (typeof AVERAGES)[number];

export interface MethodComparison {
  average: Average;
  scores: MethodScore[];
  overall: MethodOverall[];
  pairs: MethodPair[];
  /** Figures from papers on the same tasks, where they were asked for: in no average, no rank and no pair. */
  published: BaselineRow[];
  /** What a reader has to know before believing a number. */
  notes: string[];
}

export interface CompareChoice {
  average?: Average;
  /** Another sweep's name or id, or `published`. */
  with?: string | undefined;
}

/** @throws UnknownSweepError */
export async function compareMethods(
  { database }: Pick<Control, 'database'>,
  name: string,
  { average = 'fixed', with: other }: CompareChoice = {},
): Promise<MethodComparison> {
  const names = other === undefined || other === 'published' ? [name] : [name, other];
  const sweeps = await Promise.all(names.map((one) => findSweep(database, one)));
  const distinct = [...new Map(sweeps.map((sweep) => [sweep.id, sweep])).values()];
  const sides = await Promise.all(distinct.map((sweep) => sideOf(database, sweep, average)));
  const trials = sides.flatMap((side) => side.trials);
  const predictions = await loadPredictions(
    database,
    trials.map(({ trialId }) => trialId),
  );
  const scores = scoresOf(trials);
  const pairs = pairsOf(trials, predictions);
  const tasks = new Set(scores.map(({ task }) => task));
  const published = other === 'published' ? await listBaselines(database) : [];
  const onTasks = published.filter(({ task }) => tasks.has(task));
  return {
    average,
    scores,
    overall: overallOf(scores),
    pairs,
    published: onTasks,
    notes: [
      ...notesOn({ trials, scores, pairs }),
      ...sides.flatMap((side) => side.notes),
      ...emptyNotes(sides),
      ...(other === 'published' && onTasks.length === 0 && tasks.size > 0 ? [nothingPublished(tasks)] : []),
    ],
  };
}

interface Side {
  sweep: string;
  trials: ComparedTrial[];
  notes: string[];
}

async function sideOf(database: Control['database'], sweep: SweepRow, average: Average): Promise<Side> {
  const [cutShort, apart] = await Promise.all([
    listCutShort(database, sweep.id),
    settingsApart({ database }, sweep.id),
  ]);
  const notes = describeCutShort(sweep, cutShort, apart);
  if (average === 'per-seed') {
    const trialIds = (await listBestPerSeed(database, sweep.id)).map(({ trialId }) => trialId);
    return { sweep: sweep.name, trials: await listCompared(database, { sweepId: sweep.id, trialIds }), notes };
  }
  const chosen = chosenOf(await listConfigurations(database, sweep.id));
  const configurationKeys = chosen.map(({ configurationKey }) => configurationKey);
  const trials = await listCompared(database, { sweepId: sweep.id, configurationKeys });
  return { sweep: sweep.name, trials, notes };
}
