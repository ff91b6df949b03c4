// What can go wrong between the program and Postgres, in words that never hold a password or a row's contents.

/** The server cannot be reached, or went away: worth waiting for. */
export class DatabaseAwayError extends Error {
  override name = 'DatabaseAwayError';
}

/** The schema was written by a later version of this program. */
export class NewerDatabaseError extends Error {
  override name = 'NewerDatabaseError';
}

/** The schema lacks migrations that this role may not apply. */
export class OlderDatabaseError extends Error {
  override name = 'OlderDatabaseError';
}

/** A write by an attempt that is not the trial's current one. */
export class StaleAttemptError extends Error {
  override name = 'StaleAttemptError';
}

export class SweepExistsError extends Error {
  override name = 'SweepExistsError';
  /** One sentence a difference. */
  readonly changes: string[];

  constructor(name: string, changes: string[]) {
    super(
      `Expected sweep \`${name}\` to be new or unchanged, found one of that name with other content:\n${changes.map((change) => `  ${change}`).join('\n')}\nGive the file another \`name\`, or undo the change.`,
    );
    this.changes = changes;
  }
}

export class UnknownSweepError extends Error {
  override name = 'UnknownSweepError';
  readonly nearest: string[];

  constructor(asked: string, nearest: string[]) {
    const hint = nearest.length === 0 ? 'There is no sweep yet' : `The nearest are: ${nearest.join(', ')}`;
    super(`Expected a sweep's name or id, found \`${asked}\`, which no sweep has. ${hint}.`);
    this.nearest = nearest;
  }
}

/** The words name no trial, or more than one. */
export class UnknownTrialError extends Error {
  override name = 'UnknownTrialError';
}

/** What is asked for needs a trial that has ended well. */
export class UnfinishedTrialError extends Error {
  override name = 'UnfinishedTrialError';
}

/** A resumed sweep's file asks for other trials than it was launched with. */
export class ChangedFileError extends Error {
  override name = 'ChangedFileError';
  /** One sentence a difference. */
  readonly changes: string[];

  constructor(name: string, changes: string[]) {
    super(
      `Expected the file of sweep \`${name}\` to be the one it was launched with, found it changed:\n${changes.map((change) => `  ${change}`).join('\n')}\n\`lpt-sweep add\` adds trials to it; else undo the change.`,
    );
    this.changes = changes;
  }
}

/** Weights or data are not those that a sweep was launched with. */
export class OtherInputsError extends Error {
  override name = 'OtherInputsError';
}

/** What is asked for would change nothing. */
export class NothingToDoError extends Error {
  override name = 'NothingToDoError';
}

/** Postgres refused a statement; the message is the server's own, without the values that were sent. */
export class QueryError extends Error {
  override name = 'QueryError';
  /** SQLSTATE, where there is one. */
  readonly code: string | undefined;

  constructor(message: string, code: string | undefined) {
    super(message);
    this.code = code;
  }
}

/** What Postgres refused now it may take later: the very same statement is worth repeating. */
export class PassingQueryError extends QueryError {
  override name = 'PassingQueryError';
}

/** SQLSTATE: no room (53), lost against others (40, 55P03), out of time (57014, 25P03), read-only while it changes over (25006). */
const PASSING = /^(53\w{3}|40\w{3}|55P03|57014|25P03|25006)$/;

export function queryError(message: string, code: string | undefined): QueryError {
  return code !== undefined && PASSING.test(code)
    ? new PassingQueryError(message, code)
    : new QueryError(message, code);
}

/** Postgres is away, has no room, or was too slow: the very same question is worth repeating. */
export function isWorthWaiting(error: unknown): error is DatabaseAwayError | PassingQueryError {
  return error instanceof DatabaseAwayError || error instanceof PassingQueryError;
}

/** As a sentence: the message of a refused statement is the server's own, without an end. */
export function sentenceOf(error: DatabaseAwayError | PassingQueryError): string {
  return error instanceof PassingQueryError ? `Expected Postgres to take it, found: ${error.message}.` : error.message;
}

/** A file of published figures has to be written otherwise. */
export class BaselineError extends Error {
  override name = 'BaselineError';
}
