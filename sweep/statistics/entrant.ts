// Pure: what is compared: the scores and costs of a method on each task, averaged over its seeds.
import type { Regime } from '../regime.ts';
import { mean, standardDeviation } from '../statistics.ts';
import type { MetricName } from '../task.ts';
import { grouped } from './grouped.ts';
import { midranks } from './ranks.ts';

/** What a trial took. Null where it was not measured, or does not apply. */
export interface Costs {
  trainableParameters: number | null;
  /** Of all numbers of the backbone. */
  trainableShare: number | null;
  msPerStep: number | null;
  tokensPerMs: number | null;
  peakMemoryMiB: number | null;
  /** Over all its attempts. */
  wallSeconds: number | null;
  /** Of the weights that were best on dev. */
  checkpointBytes: number | null;
}

/** Who is compared: a method of a sweep. */
export interface Entrant {
  method: string;
  sweep: string;
}

/** On what: scores are held against each other only where all of this is the same. */
export interface Ground {
  task: string;
  regime: Regime['kind'];
  k: number | null;
  metric: MetricName;
  /** The label that F1 is about; null for metrics that are about all of them. */
  positive: string | null;
  /** Null: the whole test split. Two sizes are two draws of test examples. */
  testSize: number | null;
  backbone: string;
  /** Fingerprint of the examples. */
  data: string;
}

export type ComparedTrial = Entrant &
  Ground & {
    trialId: string;
    configurationKey: string;
    dataSeed: number;
    trainSeed: number;
    devScore: number;
    testScore: number;
    costs: Costs;
  };

/** One cell of methods by tasks. */
export type MethodScore = Entrant &
  Omit<Ground, 'data'> & {
    /** Seeds averaged over. */
    n: number;
    devMean: number;
    testMean: number;
    /** Null for one seed: nothing is known of the spread. */
    testSd: number | null;
    /** Different configurations among the seeds: 1 where one is fixed. */
    configurations: number;
    /** Each the mean over the trials that have it. */
    costs: Costs;
  };

export type MethodOverall = Entrant & {
  /** Tasks it has a score on, of `ofTasks`. */
  tasks: number;
  ofTasks: number;
  /** Over all tasks; null where it lacks one. */
  testAverage: number | null;
  /** 1 is best; over the tasks that every method has a score on, `rankedTasks`; null where there is none. */
  meanRank: number | null;
  rankedTasks: number;
};

export function scoresOf(trials: readonly ComparedTrial[]): MethodScore[] {
  return grouped(trials, (trial) => `${entrantKey(trial)}\n${groundKey(trial)}`).map((own) => {
    const tests = own.map(({ testScore }) => testScore);
    const [{ method, sweep, task, regime, k, metric, positive, testSize, backbone }] = own;
    return {
      ...{ method, sweep, task, regime, k, metric, positive, testSize, backbone },
      n: own.length,
      devMean: mean(own.map(({ devScore }) => devScore)),
      testMean: mean(tests),
      testSd: standardDeviation(tests),
      configurations: new Set(own.map(({ configurationKey }) => configurationKey)).size,
      costs: meanCosts(own.map(({ costs }) => costs)),
    };
  });
}

/** Average over tasks and mean rank. Backbones are not averaged over: each sweep has one. */
export function overallOf(scores: readonly MethodScore[]): MethodOverall[] {
  const columns = grouped(scores, columnKey);
  const entrants = grouped(scores, entrantKey);
  const ranked = columns.filter(({ length }) => length === entrants.length);
  return entrants.map((own) => {
    const [{ method, sweep }] = own;
    const ranks = ranked.map((column) => rankIn(column, own[0]));
    return {
      ...{ method, sweep, tasks: own.length, ofTasks: columns.length },
      testAverage: own.length === columns.length ? mean(own.map(({ testMean }) => testMean)) : null,
      meanRank: ranks.length === 0 ? null : mean(ranks),
      rankedTasks: ranked.length,
    };
  });
}

/** The higher the score, the smaller the rank. */
function rankIn(column: readonly MethodScore[], entrant: Entrant): number {
  const ranks = midranks(column.map(({ testMean }) => -testMean));
  return ranks[column.findIndex((row) => entrantKey(row) === entrantKey(entrant))] ?? Number.NaN;
}

/** `lpt`, or `lpt (reviews)` where several sweeps are compared. */
export function entrantName({ method, sweep }: Entrant, all: readonly Entrant[]): string {
  return all.some((other) => other.sweep !== sweep) ? `${method} (${sweep})` : method;
}

export function entrantKey({ method, sweep }: Entrant): string {
  return `${method}\n${sweep}`;
}

export function groundKey({ testSize, backbone, data, ...column }: Ground): string {
  return [columnKey(column), testSize, backbone, data].join('\n');
}

/** What heads a column. In one sweep F1 of a task is about one label, so that rows of a single sweep need not name it. */
export type Heading = Pick<Ground, 'task' | 'regime' | 'k' | 'metric'> & Partial<Pick<Ground, 'positive'>>;

/** A column of methods by tasks: two sweeps may have other backbones under the same heading. */
export function columnKey({ task, regime, k, metric, positive }: Heading): string {
  return [task, regime, k, metric, positive].join('\n');
}

function meanCosts(all: readonly Costs[]): Costs {
  const known = (pick: (costs: Costs) => number | null): number | null => {
    const values = all.map(pick).filter((value) => value !== null);
    return values.length === 0 ? null : mean(values);
  };
  return {
    trainableParameters: known(({ trainableParameters }) => trainableParameters),
    trainableShare: known(({ trainableShare }) => trainableShare),
    msPerStep: known(({ msPerStep }) => msPerStep),
    tokensPerMs: known(({ tokensPerMs }) => tokensPerMs),
    peakMemoryMiB: known(({ peakMemoryMiB }) => peakMemoryMiB),
    wallSeconds: known(({ wallSeconds }) => wallSeconds),
    checkpointBytes: known(({ checkpointBytes }) => checkpointBytes),
  };
}
