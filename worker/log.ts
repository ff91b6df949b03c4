// One line an event: JSON for machines, a sentence for people.
import type { LogLevel } from '../runtime/environment.mjs';

export interface LogEntry {
  level: LogLevel;
  /** A fixed word, to filter by: `attempt-ended`. */
  event: string;
  /** A sentence that can be read without the fields. */
  message: string;
  fields?: Readonly<Record<string, string | number | null | undefined>>;
}

export type Log = (entry: LogEntry) => void;
/** `sentence`: for another program that sets it among its own. */
export type LogFormat = 'json' | 'text' | 'sentence';

export interface LogSettings {
  level: LogLevel;
  format: LogFormat;
  /** Takes a line without its end. */
  write: (line: string) => void;
  /** What must never be seen, whoever's error message it stands in. */
  secrets: readonly string[];
  now?: () => Date;
}

const LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];

export function createLog({ level, format, write, secrets, now = () => new Date() }: LogSettings): Log {
  const hidden = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  const hide = (text: string): string => hidden.reduce((left, secret) => left.replaceAll(secret, '***'), text);
  const line = WRITTEN[format];
  return (entry) => {
    if (isAtLeast(entry.level, level)) write(line(withoutSecrets(entry, hide), now()));
  };
}

/** Within texts only: a password of digits would tear a number out of its JSON. */
function withoutSecrets({ message, fields = {}, ...entry }: LogEntry, hide: (text: string) => string): LogEntry {
  const shown = Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? hide(value) : value]);
  return { ...entry, message: hide(message), fields: Object.fromEntries(shown) as typeof fields };
}

/** Whether `level` is as grave as `least`, or graver. */
export function isAtLeast(level: LogLevel, least: LogLevel): boolean {
  return LEVELS.indexOf(level) <= LEVELS.indexOf(least);
}

/** The same log, with fields that each entry has. */
export function withFields(log: Log, fields: NonNullable<LogEntry['fields']>): Log {
  return (entry) => log({ ...entry, fields: { ...fields, ...entry.fields } });
}

const WRITTEN = { json: asJson, text: asText, sentence: ({ message }: LogEntry) => message };

function asJson({ level, event, message, fields }: LogEntry, time: Date): string {
  return JSON.stringify({ time: time.toISOString(), level, event, message, ...fields });
}

/** The time of day as UTC: what is read here is compared with the JSON of other machines. */
function asText({ level, message }: LogEntry, time: Date): string {
  const mark = level === 'warn' || level === 'error' ? `${level}: ` : '';
  return `${time.toISOString().slice(11, 19)} ${mark}${message.replaceAll('\n', ' ')}`;
}
