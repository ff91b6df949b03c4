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

/** Errors of `data/` and `training/` carry their kind. */
function namedKind(error: unknown): ErrorKind | undefined {
  const named = error instanceof Error && 'kind' in error ? error.kind : undefined;
  return ERROR_KINDS.find((kind) => kind === named);
}
