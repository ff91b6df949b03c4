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
