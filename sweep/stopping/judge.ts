// Pure: whether a trial that has just been scored on dev is stopped, and why. The same rows always give the same answer.
import { isAtRung, judgeByAsha } from './asha.ts';
import { judgeByMedian } from './median.ts';
import { judgeByPairs } from './paired.ts';
import type { Moment, Stopping, StopReason, When } from './rule.ts';

/** Whether the rule stops any trial at this step, so that others have to be looked at. At its last a trial has nothing left to save. */
export function judgesAt(stopping: Stopping, when: When): boolean {
  const { step, steps } = when;
  if (step >= steps || step < stopping.gracePeriod * steps) return false;
  return stopping.rule !== 'asha' || isAtRung(stopping, when);
}

export function judge(stopping: Stopping, moment: Moment): StopReason | null {
  if (!judgesAt(stopping, moment)) return null;
  switch (stopping.rule) {
    case 'median':
      return judgeByMedian(stopping, moment);
    case 'asha':
      return judgeByAsha(stopping, moment);
    case 'paired':
      return judgeByPairs(stopping, moment);
  }
}
