// Pure: the next trials of a TPE search, from the dev scores of those that have ended. Test takes no part in it.
import { type Candidate, candidates } from '../candidates.ts';
import type { ErrorKind } from '../error-kinds.ts';
import { createExclusion } from '../exclude.ts';
import type { SweepFacts } from '../facts.ts';
import { isTrained } from '../methods/index.ts';
import { fold, inPlan, type PlannedTrial } from '../plan.ts';
import type { Spec } from '../spec.ts';
import type { TrialState } from '../states.ts';
import { grouped } from '../statistics/grouped.ts';
import { mean } from '../statistics.ts';
import type { MetricName } from '../task.ts';
import { canonicalJson } from '../trial-key.ts';
import type { Trial } from '../trial.ts';
import { cellOf, cellsOf } from './cells.ts';
import type { Point } from './parzen.ts';
import { remember } from './remember.ts';
import { type Observation, propose } from './tpe.ts';

/** A trial that the sweep has, as far as the search has to know of it. */
export interface KnownTrial extends Pick<Trial, 'method' | 'training' | 'regime' | 'dataSeed' | 'trainSeed'> {
  task: string;
  metric: MetricName;
  state: TrialState;
  /** Of the error that it ended in. */
  errorKind: ErrorKind | null;
  devScore: number | null;
}

/**
 * What the configurations that have been tried lack on tasks, draws and seeds that joined the file; where they lack nothing, all
 * trials of the configurations of one round. The same for the same known trials.
 * @returns none where the search is no TPE search, or at its end
 */
export function proposeTrials(spec: Spec, facts: SweepFacts, all: readonly KnownTrial[]): PlannedTrial[] {
  const { search } = spec;
  if (search?.kind !== 'tpe') return [];
  // Of a file that has another metric than an earlier one, scores of both cannot be held against each other.
  const known = all.filter(({ task, metric }) => facts.tasks[task]?.metric === metric);
  const exclusion = createExclusion(spec.exclude);
  const cells = cellsOf(candidates(spec, facts).filter(({ trial }) => !exclusion.excludes(trial)));
  const taken = new Set(known.map(cellOf).filter((name) => cells.has(name)));
  const present = new Set(known.map(runOf));
  const candidatesOf = (names: Iterable<string>) =>
    fold(
      [...names].flatMap((name) => cells.get(name) ?? []),
      facts,
    );
  const lacking = candidatesOf(taken).filter(({ trial }) => !present.has(runOf({ ...trial, task: trial.task.name })));
  if (lacking.length > 0) return inPlan(spec, facts, lacking);
  const names = propose({
    space: spaceOf(cells),
    observed: observationsOf(known).filter(({ name }) => cells.has(name)),
    taken,
    count: Math.min(search.round, search.configurations - taken.size),
    seed: search.seed,
  });
  return inPlan(spec, facts, candidatesOf(names));
}

/**
 * A configuration with a trial that was stopped early or diverged is worse than any other. One with a trial that failed for what its
 * settings cannot be blamed for, a machine or a database, says nothing.
 */
function observationsOf(known: readonly KnownTrial[]): Observation[] {
  const deviation = deviations(known);
  const named = known.map((trial) => ({ name: cellOf(trial), trial }));
  return grouped(named, ({ name }) => name).flatMap((own): Observation[] => {
    const [{ name }] = own;
    if (own.some(({ trial }) => isCutShort(trial))) return [{ name, score: null }];
    const scores = own.flatMap(({ trial }) => deviation.get(trial) ?? []);
    // Equal scores stay equal, whatever binary fractions their deviations have.
    return scores.length < own.length ? [] : [{ name, score: Number(mean(scores).toFixed(9)) }];
  });
}

/** Scores from the mean of their block: a configuration that has not run on all tasks and seeds is held against its like. */
function deviations(known: readonly KnownTrial[]): Map<KnownTrial, number> {
  const scored = known.flatMap((trial) =>
    trial.state === 'complete' && trial.devScore !== null ? [{ trial, score: trial.devScore }] : [],
  );
  const blocks = grouped(scored, ({ trial }) => blockOf(trial)).map((block): [KnownTrial, number][] => {
    const centre = mean(block.map(({ score }) => score));
    return block.map(({ trial, score }) => [trial, score - centre]);
  });
  return new Map(blocks.flat());
}

type Block = Pick<KnownTrial, 'task' | 'regime' | 'dataSeed' | 'trainSeed'>;

/** Trials of one block differ in their configurations alone. */
function blockOf({ task, regime, dataSeed, trainSeed }: Block): string {
  return canonicalJson([task, regime, dataSeed, trainSeed]);
}

/** What tells a trial from the others of its sweep: a sweep keeps the keys that it was launched with, whatever they are today. */
function runOf({ method, training, ...block }: Block & Pick<KnownTrial, 'method' | 'training'>): string {
  return `${cellOf({ method, training })} ${blockOf(isTrained(method.method) ? block : { ...block, trainSeed: 0 })}`;
}

function isCutShort({ state, errorKind }: KnownTrial): boolean {
  return state === 'stopped-early' || (state === 'failed' && errorKind === 'diverged');
}

/** Settings of different methods are different settings, whatever their names. */
function spaceOf(cells: ReadonlyMap<string, readonly Candidate[]>): Map<string, Point> {
  const own = remember(({ method, ...settings }: Trial['method']) => namedAfter(method, settings));
  const trained = remember(({ evaluationBatchSize, ...settings }: Trial['training']) =>
    remember((method: string) => ({ method, ...namedAfter(method, settings) })),
  );
  const pointOf = ({ trial: { method, training } }: Candidate): Point => [
    trained(training)(method.method),
    own(method),
  ];
  return new Map([...cells].map(([name, candidates]) => [name, candidates.slice(0, 1).flatMap(pointOf)]));
}

function namedAfter(method: string, settings: object): Point[number] {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [`${method}.${name}`, value]));
}
