// Errors that say whose fault it is: the data's or the sweep file's. Neither gets better by trying again.

/** The data set is not what its task says: a missing column, broken lines, an unknown label, too few examples. */
export class DataError extends Error {
  readonly kind = 'data';
  override readonly name = 'DataError';
}

/** A file lacks the column of one field. */
export class MissingColumnError extends DataError {
  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

/** The settings ask for something that cannot be: a label word of two tokens, a template without room for text. */
export class ConfigurationError extends Error {
  readonly kind = 'configuration';
  override readonly name = 'ConfigurationError';
}
