// What went wrong, as a page: a sentence for people, and nothing of what nobody foresaw.
import { isTemporalAway } from '../control/temporal-away.ts';
import { html, type Markup } from './html.ts';
import type { Page } from './layout.ts';

/** @param more where to go from here, for example */
export function problemPage(status: number, message: string, more: Markup | null = null): Page {
  const content = html`<h1>${status === 404 ? 'Not found' : 'That did not work'}</h1>
    <p class="wrong">${message}</p>
    ${more}
    <p><a href="/">All sweeps</a></p>`;
  return { title: message.slice(0, 60), content, status };
}

const UNKNOWN = ['UnknownSweepError', 'UnknownTrialError'];
const FOR_PEOPLE = [
  'NothingToDoError',
  'OtherInputsError',
  'ChangedFileError',
  'TooLargeError',
  'ConfigurationError',
  'DataError',
  'DatabaseAwayError',
  'NewerDatabaseError',
  'OlderDatabaseError',
  'QueryError',
  'PassingQueryError',
];

/** Only orders ask Temporal. */
const TEMPORAL_AWAY =
  'Expected Temporal to hear of the order, found it away. Give the order again once Temporal is back; what of it was written down already stands.';

export interface Problem {
  error: unknown;
  /** Hears of what nobody foresaw. */
  onError: (error: unknown) => void;
  more?: Markup;
}

export function problemOf({ error, onError, more }: Problem): Page {
  const [name, message] = error instanceof Error ? [error.name, error.message] : ['', ''];
  if (UNKNOWN.includes(name)) return problemPage(404, message, more);
  if (FOR_PEOPLE.includes(name)) return problemPage(409, message, more);
  if (isTemporalAway(error)) return problemPage(503, TEMPORAL_AWAY, more);
  onError(error);
  const sentence = 'Expected an answer, found an error that nobody foresaw: it is told where the page is served.';
  return problemPage(500, sentence, more);
}
