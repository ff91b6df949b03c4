// Tells how an attempt begins and ends, whichever way that is.
import type { ApplicationFailure, Context } from '@temporalio/activity';
import type { Begun } from '../db/begin-attempt.ts';
import { StaleAttemptError } from '../db/errors.ts';
import type { AttemptResult } from '../workflows/messages.ts';
import { toTrialFailure } from './failure.ts';
import type { AttemptName, Happening, Observe } from './happening.ts';

export interface ObservedAttempt {
  observe: Observe;
  begun: Begun;
  trialId: string;
  context: Context;
}

type Ended = Extract<Happening, { type: 'attempt-ended' }>;

export async function observed(attempt: ObservedAttempt, work: () => Promise<AttemptResult>): Promise<AttemptResult> {
  const { observe, begun, context } = attempt;
  const of = attemptName(attempt);
  const started = performance.now();
  const end = (how: Pick<Ended, 'end' | 'kind' | 'message'>): void =>
    observe({ type: 'attempt-ended', of, ms: performance.now() - started, ...how });
  observe({ type: 'attempt-begun', of, resumedFromStep: begun.checkpoint?.step ?? null });
  try {
    const result = await work();
    end({ end: answered(result) });
    return result;
  } catch (error) {
    if (error instanceof StaleAttemptError) observe({ type: 'write-refused', of, message: error.message });
    end(howItEnded(error, context.cancellationSignal));
    throw error;
  }
}

/** What else it may answer, it was told to do while it trained. */
function answered({ state }: AttemptResult): Ended['end'] {
  return state === 'complete' || state === 'stopped-early' ? state : 'stopped';
}

export function attemptName({ begun, trialId }: Pick<ObservedAttempt, 'begun' | 'trialId'>): AttemptName {
  const { sweepName, position, attempt } = begun;
  return { sweep: sweepName, trial: `${sweepName}/${position}`, trialId, attempt };
}

function howItEnded(error: unknown, { aborted, reason }: AbortSignal): Pick<Ended, 'end' | 'kind' | 'message'> {
  if (!aborted) return failureOf(toTrialFailure(error));
  const why = reason instanceof Error ? reason.message : '';
  if (why === 'WORKER_SHUTDOWN') return { end: 'yielded', kind: 'worker-stopping' };
  // Timed out or forgotten by the server is no person's wish: another attempt may have begun.
  return why === 'CANCELLED' ? { end: 'stopped' } : { end: 'failed', kind: 'worker-lost', message: why };
}

function failureOf({ type, message }: ApplicationFailure): Pick<Ended, 'end' | 'kind' | 'message'> {
  return { end: 'failed', kind: type as NonNullable<Ended['kind']>, message };
}
