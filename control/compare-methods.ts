// Methods against methods: each with the configuration that dev chose, scores and tests on what the test split said.
import { listBaselines, type BaselineRow } from '../db/baselines.ts';
import { listBestPerSeed } from '../db/best-per-seed.ts';
import { listCompared, loadPredictions } from '../db/compared-trials.ts';
import { listConfigurations } from '../db/configurations.ts';
import { listStopped } from '../db/stopped.ts';
import { findSweep, type SweepRow } from '../db/sweeps.ts';
import {
  columnKey,
  overallOf,
  scoresOf,
  type ComparedTrial,
  type MethodOverall,
  type MethodScore,
} from '../sweep/statistics/entrant.ts';
import { grouped } from '../sweep/statistics/grouped.ts';
import { pairsOf, type MethodPair } from '../sweep/statistics/pairs.ts';
import { chosenOf } from './chosen.ts';
import type { Control } from './control.ts';
import { describeStopped } from './finding.ts';

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
      ...notesOn(scores, pairs),
      ...sides.flatMap((side) => side.notes),
      ...emptyNotes(sides),
      ...(other === 'published' && onTasks.length === 0 && tasks.size > 0 ? [nothingPublished(tasks)] : []),
    ],
  };
}

/** One sweep that has nothing to show needs no note: no table is left. */
function emptyNotes(sides: readonly Side[]): string[] {
  const empty = sides.length === 1 ? [] : sides.filter(({ trials }) => trials.length === 0);
  return empty.map(({ sweep }) => `Sweep ${sweep} has no complete trial yet: nothing of it is compared.`);
}

function nothingPublished(tasks: ReadonlySet<string>): string {
  return `There is no published figure on ${[...tasks].join(', ')}: \`lpt-sweep baselines\` lists those that there are.`;
}

interface Side {
  sweep: string;
  trials: ComparedTrial[];
  notes: string[];
}

async function sideOf(database: Control['database'], sweep: SweepRow, average: Average): Promise<Side> {
  const stopped = await listStopped(database, sweep.id);
  const notes = describeStopped(sweep, stopped);
  if (average === 'per-seed') {
    const trialIds = (await listBestPerSeed(database, sweep.id)).map(({ trialId }) => trialId);
    return { sweep: sweep.name, trials: await listCompared(database, { sweepId: sweep.id, trialIds }), notes };
  }
  const chosen = chosenOf(await listConfigurations(database, sweep.id), stopped);
  const configurationKeys = chosen.map(({ configurationKey }) => configurationKey);
  const trials = await listCompared(database, { sweepId: sweep.id, configurationKeys });
  return { sweep: sweep.name, trials, notes };
}

function notesOn(scores: readonly MethodScore[], pairs: readonly MethodPair[]): string[] {
  const unequal = grouped(scores, columnKey).filter((column) => new Set(column.map(({ n }) => n)).size > 1);
  const backbones = new Set(scores.map(({ backbone }) => backbone));
  const oneSeed = scores.filter(({ n }) => n === 1).length;
  const withoutPredictions = pairs.some(({ tasks }) => tasks.some(({ mcnemar, n }) => n > 0 && mcnemar.length === 0));
  return [
    ...unequal.map(
      ([{ task }]) =>
        `On ${task} the methods have unequal numbers of seeds; differences are over the seeds that both have.`,
    ),
    ...(backbones.size === 1 || scores.length === 0
      ? []
      : [
          `The sweeps have different backbones (${[...backbones].join(', ')}): ranks go across them, and no pair is made between them.`,
        ]),
    ...(oneSeed === 0
      ? []
      : [
          `${oneSeed} of ${scores.length} scores ${oneSeed === 1 ? 'is' : 'are'} of one seed: no standard deviation, and nothing is known of how steady ${oneSeed === 1 ? 'it is' : 'they are'}.`,
        ]),
    ...(withoutPredictions
      ? ['Some trials have no stored test predictions with their labels: no McNemar test there.']
      : []),
  ];
}
