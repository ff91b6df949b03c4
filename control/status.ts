// Where a sweep stands, and what went wrong in it, sorted by kind.
import { listFailures, type FailureGroup } from '../db/failures.ts';
import { progress, type Progress } from '../db/progress.ts';
import { findSweep, type SweepRow } from '../db/sweeps.ts';
import { secondsLeft } from '../sweep/statistics.ts';
import { ruleOf, type RuleName } from '../workflows/failures.ts';
import { settingsApart, type SettingsApart } from './configuration-settings.ts';
import type { Control } from './control.ts';

export interface SweepStatus {
  sweep: SweepRow;
  progress: Progress;
  /** For the names of what is best. */
  apart: SettingsApart;
  /** Null while nothing has finished. */
  secondsLeft: number | null;
  /** Each kind with what is done about it. */
  failures: (FailureGroup & { rule: RuleName })[];
}

/** @throws UnknownSweepError */
export async function statusOf({ database }: Pick<Control, 'database'>, name: string): Promise<SweepStatus> {
  const sweep = await findSweep(database, name);
  const [now, failures, apart] = await Promise.all([
    progress(database, sweep.id),
    listFailures(database, sweep.id),
    settingsApart({ database }, sweep.id),
  ]);
  const left = secondsLeft(now.remainingFlops, now.recent, now.counts.running);
  const ruled = failures.map((group) => ({ ...group, rule: ruleOf(group.kind) }));
  return { sweep, progress: now, apart, secondsLeft: left, failures: ruled };
}
