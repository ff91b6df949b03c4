// Pure: what a stopping rule would have done to a sweep that has run: its dev scores are gone through in the order in which
// they were written. A trial that the rule stops says nothing more, and what it said later is known to nobody.
import { mean, sum } from '../statistics.ts';
import { judge } from './judge.ts';
import { rankCorrelation } from './rank-correlation.ts';
import { hasSeedsOf, type Standing, type Stopping, type StopReason } from './rule.ts';

export interface DevPoint {
  step: number;
  score: number;
  /** When it was written: milliseconds since the epoch. */
  at: number;
}

/** A complete trial that trained. */
export interface RanTrial {
  position: number;
  configuration: string;
  dataSeed: number;
  trainSeed: number;
  /** Trials are compared with those of the same task, metric, draw and steps only. */
  group: string;
  steps: number;
  evaluateEvery: number;
  /** On dev, at the end. */
  final: number;
  /** Of its training; null where it was not timed. */
  seconds: number | null;
  /** By step. */
  points: readonly DevPoint[];
}

export interface Replay {
  stopped: { trial: RanTrial; reason: StopReason }[];
  steps: number;
  stepsSaved: number;
  seconds: number;
  secondsSaved: number;
}

export function replay(stopping: Stopping, trials: readonly RanTrial[]): Replay {
  const known = new Map<RanTrial, DevPoint[]>(trials.map((trial) => [trial, []]));
  const stopped = new Map<RanTrial, StopReason>();
  for (const { trial, point } of inOrder(trials)) {
    if (stopped.has(trial)) continue;
    known.get(trial)?.push(point);
    const reason = judge(stopping, momentOf(trial, point.step, known));
    if (reason !== null) stopped.set(trial, reason);
  }
  const ended = [...stopped].map(([trial, reason]) => ({ trial, reason }));
  const leftOf = ({ trial, reason }: (typeof ended)[number]): number => trial.steps - reason.step;
  return {
    stopped: ended,
    steps: sum(trials.map(({ steps }) => steps)),
    stepsSaved: sum(ended.map(leftOf)),
    seconds: sum(trials.map(({ seconds }) => seconds ?? 0)),
    secondsSaved: sum(ended.map((one) => ((one.trial.seconds ?? 0) * leftOf(one)) / one.trial.steps)),
  };
}

function inOrder(trials: readonly RanTrial[]): { trial: RanTrial; point: DevPoint }[] {
  return trials
    .flatMap((trial) => trial.points.map((point) => ({ trial, point })))
    .sort(
      (one, other) =>
        one.point.at - other.point.at || one.trial.position - other.trial.position || one.point.step - other.point.step,
    );
}

function momentOf(trial: RanTrial, step: number, known: ReadonlyMap<RanTrial, DevPoint[]>) {
  const standings = [...known].flatMap(([other, points]) =>
    other.group === trial.group ? (standingBy(other, { points, step }) ?? []) : [],
  );
  const own = standings.find(({ position }) => position === trial.position);
  if (own === undefined) throw new RangeError('Expected the trial to have come as far as its own step.');
  const { steps, evaluateEvery } = trial;
  return { step, steps, evaluateEvery, own, peers: standings.filter((standing) => standing !== own) };
}

/** Null where the trial has not come as far; what is known of it may end before it does. */
function standingBy(trial: RanTrial, { points, step }: { points: DevPoint[]; step: number }): Standing | null {
  const until = points.filter((point) => point.step <= step);
  const furthest = points.at(-1)?.step ?? 0;
  if (until.length === 0 || furthest < step) return null;
  const { position, configuration, dataSeed, trainSeed } = trial;
  const final = furthest >= trial.steps ? trial.final : null;
  return { position, configuration, dataSeed, trainSeed, best: bestOf(until), final };
}

/** A sweep's winner with and without a rule, by dev. */
export interface Loss {
  /** Dev mean of the configuration that is best without the rule. */
  before: number;
  /** Of the best of those that the rule left whole, null where it left none. */
  after: number | null;
  /** Whether the best one had a trial stopped. */
  winnerStopped: boolean;
}

/** @param trials of one group, at least one */
export function lossOf(trials: readonly RanTrial[], { stopped }: Pick<Replay, 'stopped'>): Loss {
  const hit = new Set(stopped.map(({ trial }) => trial.configuration));
  const means = [...new Set(trials.map(({ configuration }) => configuration))]
    .map((configuration) => {
      const own = trials.filter((trial) => trial.configuration === configuration);
      return { configuration, score: mean(own.map(({ final }) => final)) };
    })
    .sort((one, other) => other.score - one.score);
  const [best] = means;
  if (best === undefined) throw new RangeError('Expected at least one trial, found none.');
  const after = means.find(({ configuration }) => !hit.has(configuration));
  return { before: best.score, after: after?.score ?? null, winnerStopped: hit.has(best.configuration) };
}

const FEWEST = 3;

/**
 * How well the order by the end of the grace period predicts the final one, within each pair of seeds, averaged over them.
 * @returns null where no seeds have three trials whose scores differ
 */
export function foresight(trials: readonly RanTrial[], gracePeriod: number): number | null {
  const bySeeds = trials.filter((one, index) => trials.findIndex(sameDraw(one)) === index);
  const correlations = bySeeds.flatMap((one) => {
    const pairs = trials.filter(sameDraw(one)).map((trial) => [early(trial, gracePeriod), trial.final] as const);
    return pairs.length < FEWEST ? [] : (rankCorrelation(pairs) ?? []);
  });
  return correlations.length === 0 ? null : mean(correlations);
}

function sameDraw(one: RanTrial): (other: RanTrial) => boolean {
  const hasSeeds = hasSeedsOf({ ...one, best: one.final });
  return (other) => other.group === one.group && hasSeeds({ ...other, best: other.final });
}

/** The best score by the first step at which a rule may stop the trial. */
function early({ points, steps }: RanTrial, gracePeriod: number): number {
  const due = points.find(({ step }) => step >= gracePeriod * steps)?.step ?? steps;
  return bestOf(points.filter(({ step }) => step <= due));
}

function bestOf(points: readonly DevPoint[]): number {
  return Math.max(...points.map(({ score }) => score));
}
