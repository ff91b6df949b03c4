// What a command is: data, from which parsing, help and errors are derived.
import type { Environment } from '../runtime/environment.mjs';

export interface Terminal {
  environment: Environment;
  /** Data, to standard output. */
  write: (text: string) => void;
  /** A line for people, to standard error. */
  say: (text: string) => void;
  /** Text as it is, to standard error: for what is redrawn. */
  draw: (text: string) => void;
  /** Whether people see standard error as it is drawn. */
  isTerminal: boolean;
  /** How wide what is drawn may be, now: a person may change it. */
  columns: () => number;
  isOutputTerminal: boolean;
  /** Standard input to its end. */
  readInput: () => Promise<Uint8Array>;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
}

export interface OptionSpec {
  help: string;
  /** A flag without value where absent. */
  value?: { name: string; oneOf?: readonly string[]; otherwise?: string };
}

export interface ArgumentSpec {
  name: string;
  help: string;
  /** May be left out; only the last ones may. */
  isOptional?: true;
}

export interface Call {
  /** By the names of `Command.arguments`; all of them are there, but for optional ones. */
  arguments: Record<string, string>;
  flags: ReadonlySet<string>;
  values: Record<string, string>;
  terminal: Terminal;
}

export interface Command {
  name: string;
  /** One line. */
  summary: string;
  arguments: readonly ArgumentSpec[];
  options: Record<string, OptionSpec>;
  /** @returns the exit code */
  run: (call: Call) => Promise<number>;
}

/** The person has to write something else; the message says what. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export const FORMATS = ['table', 'json', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

export const JSON_OPTION: OptionSpec = { help: 'the same as --format json' };

export const FORMAT_OPTION: Record<string, OptionSpec> = {
  format: { help: 'how to print', value: { name: 'format', oneOf: FORMATS, otherwise: 'table' } },
  json: JSON_OPTION,
};

/** For what is one object, not rows. */
export const OBJECT_FORMAT_OPTION: Record<string, OptionSpec> = {
  format: { help: 'how to print', value: { name: 'format', oneOf: ['table', 'json'], otherwise: 'table' } },
  json: JSON_OPTION,
};

export const SWEEP_ARGUMENT: ArgumentSpec = { name: 'sweep', help: "a sweep's name or id" };

export const TRIAL_ARGUMENT: ArgumentSpec = {
  name: 'trial',
  help: '<sweep>/<position>, as `results` lists it; or an id or trial key or its first characters (6 or more), alone or behind <sweep>/',
};

/** The value is one of FORMATS: parsing has checked it. */
export function formatOf({ values, flags }: Call): Format {
  if (flags.has('json')) return 'json';
  return FORMATS.find((format) => format === values['format']) ?? 'table';
}

export const SELECT_OPTION: Record<string, OptionSpec> = {
  'select-on': {
    help: 'the split whose scores choose configurations: dev alone',
    value: { name: 'split', otherwise: 'dev' },
  },
};

/** @throws UsageError where a choice by anything but dev is asked for */
export function assertSelectedOnDev({ values }: Call): void {
  const split = values['select-on'] ?? 'dev';
  if (split === 'dev') return;
  const why = split === 'test' ? ' Test scores say how good a choice was; chosen by, they say nothing any more.' : '';
  throw new UsageError(`Expected \`--select-on\` to be dev, found \`${split}\`.${why}`);
}

/** Of an option that the command cannot do without. @throws UsageError */
export function neededValue({ values }: Call, name: string, what: string): string {
  const value = values[name];
  if (value === undefined) throw new UsageError(`Expected \`--${name}\` to name ${what}, found no \`--${name}\`.`);
  return value;
}

/** @throws RangeError for an argument that the command's table does not name */
export function argumentOf({ arguments: given }: Call, name: string): string {
  const value = given[name];
  if (value === undefined) throw new RangeError(`Expected the command's table to name the argument ${name}.`);
  return value;
}

/** Undefined where the option was not given. @throws UsageError */
export function wholeNumberOf({ values }: Call, name: string): number | undefined {
  const value = values[name];
  if (value === undefined || /^\d{1,9}$/.test(value)) return value === undefined ? undefined : Number(value);
  throw new UsageError(`Expected \`--${name}\` to be followed by a whole number from 0, found \`${value}\`.`);
}
