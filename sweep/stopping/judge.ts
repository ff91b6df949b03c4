// Pure: whether a trial that has just been scored on dev is stopped, and why. The same rows always give the same answer.
import { judgeByAsha } from './asha.ts';
import { judgeByMedian } from './median.ts';
import { judgeByPairs } from './paired.ts';
import type { Moment, Stopping, StopReason } from './rule.ts';

/** At its last step a trial has nothing left to save. */
export function judge(stopping: Stopping, moment: Moment): StopReason | null {
  const { step, steps } = moment;
  if (step >= steps || step < stopping.gracePeriod * steps) return null;
  switch (stopping.rule) {
    case 'median':
      return judgeByMedian(stopping, moment);
    case 'asha':
      return judgeByAsha(stopping, moment);
    case 'paired':
      return judgeByPairs(stopping, moment);
  }
}
