// The errors that are made for people: said by their message alone, and what the exit code is.
import { temporalWords } from '../control/temporal-away.ts';

/** Their remedy is to write something else: the command line, a name, or the sweep file. */
const WRITTEN_WRONG = [
  'UsageError',
  'UnknownSweepError',
  'UnknownTrialError',
  'UnfinishedTrialError',
  'SweepExistsError',
  'SelectionError',
  'ChangedFileError',
  'NothingToDoError',
  'OccupiedFolderError',
  'OccupiedFileError',
  'UnknownTableError',
  'BaselineError',
  'SpecError',
  'PlanError',
];
const MADE_FOR_PEOPLE = [
  'Error',
  'Interrupted',
  'ConfigurationError',
  'DataError',
  'NoWeightsError',
  'OtherInputsError',
  'TooLargeError',
  'HubError',
  'SetupProblem',
  'UnreadablePayloadError',
  'SafetensorsError',
  'DatabaseAwayError',
  'NewerDatabaseError',
  'OlderDatabaseError',
  'QueryError',
  'PassingQueryError',
];

export function isWrittenWrong(error: unknown): boolean {
  return error instanceof Error && WRITTEN_WRONG.includes(error.name);
}

/** A stack is for errors that nobody foresaw. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isForeseen = isWrittenWrong(error) || MADE_FOR_PEOPLE.includes(error.name);
  return temporalWords(error) ?? (isForeseen ? error.message : (error.stack ?? error.message));
}
