// Why an activity is told to stop: a person's cancellation ends a trial, a worker that goes gives it back.
import { CancelledFailure, type Context } from '@temporalio/activity';
import { trialFailure } from './failure.ts';

export const STOPPING = 'The worker was told to stop.';

/** A worker that is told to stop gives the trial back; only a person's cancellation ends it. */
export function cancellation(context: Context): Error {
  if (isStopping(context)) return trialFailure('worker-stopping', STOPPING);
  // By a person; or timed out, or no longer known to the server: then another attempt may have begun.
  return new CancelledFailure(reasonOf(context) || 'CANCELLED');
}

export function isStopping(context: Context): boolean {
  return reasonOf(context) === 'WORKER_SHUTDOWN';
}

/** Empty while it is not cancelled. */
function reasonOf({ cancellationSignal }: Context): string {
  const reason: unknown = cancellationSignal.reason;
  return reason instanceof Error ? reason.message : '';
}
