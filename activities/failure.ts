// Errors as workflows read them: the kind is the failure's type. No cause and no values: a history must not hold a secret.
import { ApplicationFailure } from '@temporalio/activity';
import { isWorthWaiting, sentenceOf, StaleAttemptError } from '../db/errors.ts';
import { ERROR_KINDS, type ErrorKind } from '../sweep/trial.ts';

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

/** A hub that is away or busy may answer the next time; one that has no such thing, or keeps it from us, will not. */
export function isHubAway(error: unknown): error is Error {
  if (!(error instanceof Error) || error.name !== 'HubError') return false;
  const { cause } = error;
  const status = typeof cause === 'object' && cause !== null && 'statusCode' in cause ? cause.statusCode : undefined;
  return status !== 401 && status !== 403 && status !== 404;
}

/** Errors of `data/` and `training/` carry their kind. */
function namedKind(error: unknown): ErrorKind | undefined {
  const named = error instanceof Error && 'kind' in error ? error.kind : undefined;
  return ERROR_KINDS.find((kind) => kind === named);
}
