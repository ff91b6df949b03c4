// Pure: asynchronous successive halving (Li et al., A System for Massively Parallel Hyperparameter Tuning, MLSys 2020), in the
// form that stops a trial at a rung instead of pausing it: of those that have reached the rung, one in `reduction` goes on.
import { type AshaSettings, hasSeedsOf, type Moment, type StopReason, type When, written } from './rule.ts';

export function judgeByAsha(settings: AshaSettings, moment: Moment): StopReason | null {
  const { step, own, peers } = moment;
  const others = peers.filter(hasSeedsOf(own));
  if (others.length < settings.leastTrials) return null;
  const goOn = Math.max(1, Math.floor((others.length + 1) / settings.reduction));
  // With as many better ones as may go on, there is no place left.
  const threshold = others.map(({ best }) => best).toSorted((one, other) => other - one)[goOn - 1];
  if (threshold === undefined || own.best >= threshold) return null;
  const words = `Its best dev score by step ${step} was ${written(own.best)}; ${goOn} of the ${others.length + 1} trials with the same seeds go on from there, with ${written(threshold)} or more.`;
  const comparedWith = others.map(({ position }) => position);
  return { rule: 'asha', step, score: own.best, threshold, comparedWith, words };
}

/** The first score on dev at or behind a rung; before the first one there is none. */
export function isAtRung({ gracePeriod, reduction }: AshaSettings, { step, steps, evaluateEvery }: When): boolean {
  for (let rung = Math.max(gracePeriod * steps, evaluateEvery); rung < steps; rung *= reduction)
    if (rung <= step && step - evaluateEvery < rung) return true;
  return false;
}
