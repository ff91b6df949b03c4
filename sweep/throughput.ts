// Pure: how fast a trial was, and what its time went to.
import { duration, percent, rounded } from './numbers.ts';

/**
 * What a trial's time goes to: the forward pass of its steps; their backward pass, with the optimizer; its scores on dev and
 * test; and all else: other trials' steps, hidden states that are read or computed, loading, checkpoints, messages.
 */
export const TIME_USES = ['forward', 'backward', 'evaluation', 'waiting'] as const;
export type TimeUse = (typeof TIME_USES)[number];
export type Seconds = Record<TimeUse, number>;

/** A trial as its row has it; null what was not measured. */
export interface Measured {
  /** Tokens of text that one training step reads. */
  stepTokens: number;
  msPerStep: number | null;
  measuredJointly: boolean | null;
  jointSteps: number | null;
  cacheHitRate: number | null;
  peakMemoryMib: number | null;
  forwardSeconds: number | null;
  backwardSeconds: number | null;
  evaluationSeconds: number | null;
  waitingSeconds: number | null;
}

/** Null where no step was timed, or the text's length is not known. */
export function tokensPerMs({ stepTokens, msPerStep }: Pick<Measured, 'stepTokens' | 'msPerStep'>): number | null {
  return msPerStep !== null && msPerStep > 0 && stepTokens > 0 ? stepTokens / msPerStep : null;
}

export type MeasuredSeconds = Pick<Measured, `${TimeUse}Seconds`>;

/** Null where its time was not measured. */
export function secondsOf(measured: MeasuredSeconds): Seconds | null {
  const { forwardSeconds: forward, backwardSeconds: backward } = measured;
  const { evaluationSeconds: evaluation, waitingSeconds: waiting } = measured;
  if (forward === null || backward === null || evaluation === null || waiting === null) return null;
  return { forward, backward, evaluation, waiting };
}

/** As columns. */
export function measuredSeconds(seconds: Seconds | null): MeasuredSeconds {
  const { forward = null, backward = null, evaluation = null, waiting = null } = seconds ?? {};
  return {
    ...{ forwardSeconds: forward, backwardSeconds: backward },
    ...{ evaluationSeconds: evaluation, waitingSeconds: waiting },
  };
}

export interface TimeShares {
  /** Of a trial's time, in [0, 1]; the four add up to 1. */
  forwardShare: number | null;
  backwardShare: number | null;
  evaluationShare: number | null;
  waitingShare: number | null;
}

export function sharesOf(measured: MeasuredSeconds): TimeShares {
  const seconds = secondsOf(measured);
  const total = seconds && totalSeconds(seconds);
  const share = (use: TimeUse): number | null => (seconds && total ? seconds[use] / total : null);
  return {
    ...{ forwardShare: share('forward'), backwardShare: share('backward') },
    ...{ evaluationShare: share('evaluation'), waitingShare: share('waiting') },
  };
}

export function totalSeconds(seconds: Seconds): number {
  return TIME_USES.reduce((sum, use) => sum + seconds[use], 0);
}

/** For people: what was not measured is null. */
export function throughputFacts(measured: Measured): [name: string, value: string | number | null][] {
  const seconds = secondsOf(measured);
  const shares = sharesOf(measured);
  return [
    ['ms a step', rounded(measured.msPerStep)],
    ['tokens/ms', rounded(tokensPerMs(measured))],
    ['measured', howMeasured(measured.measuredJointly)],
    ['joint steps', measured.jointSteps],
    ['peak memory, MiB', rounded(measured.peakMemoryMib)],
    ['hidden states found kept, %', percent(measured.cacheHitRate)],
    ['time in the trainer', seconds && duration(totalSeconds(seconds))],
    ['forward, % of the time', percent(shares.forwardShare)],
    ['backward, % of the time', percent(shares.backwardShare)],
    ['evaluation, % of the time', percent(shares.evaluationShare)],
    ['waiting, % of the time', percent(shares.waitingShare)],
  ];
}

function howMeasured(jointly: boolean | null): string | null {
  if (jointly === null) return null;
  return jointly ? 'jointly: with other trials in its trainer; not to be compared with one alone' : 'alone';
}
