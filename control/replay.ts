// What stopping rules would have saved and lost on a sweep that has run. Nothing of the sweep is touched.
import { NothingToDoError } from '../db/errors.ts';
import { listRan, type ReplayableTrial } from '../db/ran-trials.ts';
import { findSweep, type SweepRow } from '../db/sweeps.ts';
import type { RegimeColumns } from '../sweep/regime.ts';
import { foresight, type Loss, lossOf, replay, type Replay } from '../sweep/stopping/replay.ts';
import type { Stopping } from '../sweep/stopping/rule.ts';
import type { Control } from './control.ts';

/** One rule on the trials of one task, metric, draw and number of steps. */
export interface Replayed extends Omit<Replay, 'stopped'>, Loss, RegimeColumns {
  stopping: Stopping;
  task: string;
  metric: ReplayableTrial['metric'];
  trials: number;
  stopped: number;
  /** Spearman's correlation of the order at the end of the grace period with the final one. */
  foresight: number | null;
}

/** @throws UnknownSweepError, or NothingToDoError where no complete trial has trained */
export async function replaySweep(
  { database }: Pick<Control, 'database'>,
  name: string,
  rules: readonly Stopping[],
): Promise<{ sweep: SweepRow; rows: Replayed[] }> {
  const sweep = await findSweep(database, name);
  const ran = await listRan(database, sweep.id);
  if (ran.length === 0)
    throw new NothingToDoError(
      `Expected sweep \`${sweep.name}\` to have complete trials that were trained, found none: there is nothing to replay.`,
    );
  const groups = [...new Set(ran.map(({ group }) => group))];
  const rows = groups.flatMap((group) => {
    const own = ran.filter((trial) => trial.group === group);
    return rules.map((stopping) => replayGroup(stopping, own));
  });
  return { sweep, rows };
}

function replayGroup(stopping: Stopping, trials: readonly ReplayableTrial[]): Replayed {
  const { stopped, ...saved } = replay(stopping, trials);
  const [first] = trials;
  if (first === undefined) throw new RangeError('Expected a group to have a trial, found none.');
  const { task, metric, regime, k } = first;
  return {
    ...{ stopping, task, metric, regime, k, trials: trials.length, stopped: stopped.length },
    ...saved,
    ...lossOf(trials, { stopped }),
    foresight: foresight(trials, stopping.gracePeriod),
  };
}
