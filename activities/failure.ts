// Errors as workflows read them: the kind is the failure's type. No cause and no values: a history must not hold a secret.
import { ApplicationFailure } from '@temporalio/activity';
import { isWorthWaiting, sentenceOf, StaleAttemptError } from '../db/errors.ts';
import { ERROR_KINDS, type ErrorKind } from '../sweep/error-kinds.ts';

/** `workflows/` holds the rule for each kind. */
export function trialFailure(kind: ErrorKind, message: string): ApplicationFailure {
  return ApplicationFailure.create({ type: kind, message });
}

export function toTrialFailure(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (isWorthWaiting(error)) return trialFailure('database-away', sentenceOf(error));
  // Another attempt has the trial; whoever still listens to this one shall look again.
  if (error instanceof StaleAttemptError) return trialFailure('worker-lost', message);
  return trialFailure(namedKind(error) ?? 'unknown', message);
}

/** What a hub's fault is to a trial; undefined where it has no such thing, or keeps it from us, and for errors of other origin. */
export function hubKind(error: unknown): 'hub-away' | 'unknown' | undefined {
  if (!(error instanceof Error) || error.name !== 'HubError' || !('fault' in error)) return undefined;
  if (error.fault === 'away') return 'hub-away';
  return error.fault === 'broken' ? 'unknown' : undefined;
}

/** A hub that is away or busy may answer the next time. Before and after it is made a trial's failure. */
export function isHubAway(error: unknown): error is Error {
  return (error instanceof ApplicationFailure && error.type === 'hub-away') || hubKind(error) === 'hub-away';
}

/** Errors of `data/` and `training/` carry their kind. */
function namedKind(error: unknown): ErrorKind | undefined {
  const named = error instanceof Error && 'kind' in error ? error.kind : undefined;
  return ERROR_KINDS.find((kind) => kind === named);
}
