// A bench's command line: every option is a text with a default, but for --json and --help.
import { parseArgs } from 'node:util';

export type Flags<Name extends string> = Record<Name, string> & { json: boolean };

export interface Asked<Name extends string> {
  help: string;
  /** By option. */
  defaults: Record<Name, string>;
  /** Words of the command line. */
  args: string[];
}

/** Null where help was asked for, and has been printed. @throws for an option that is none of these */
export function readFlags<Name extends string>({ help, defaults, args }: Asked<Name>): Flags<Name> | null {
  const texts = Object.entries<string>(defaults).map(
    ([name, text]) => [name, { type: 'string', default: text }] as const,
  );
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({ args, options: { ...Object.fromEntries(texts), json: flag, help: flag } });
  if (!values.help) return values as Flags<Name>;
  process.stdout.write(help);
  return null;
}

/** @throws an error that names the option */
export function wholeFlag(option: string, text: string, least = 1): number {
  const value = Number(text);
  if (text !== '' && Number.isInteger(value) && value >= least) return value;
  throw new Error(`Expected --${option} to be a whole number from ${least}, found "${text}".`);
}

/** Several, separated by commas. */
export function wholeFlags(option: string, text: string, least = 1): number[] {
  return text.split(',').map((one) => wholeFlag(option, one, least));
}

/** @throws an error that names the option */
export function positiveFlag(option: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`Expected --${option} to be a number above 0, found "${text}".`);
}
