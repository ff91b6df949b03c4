// Help texts, derived from the table of commands.
import type { Command, OptionSpec } from './command.ts';
import { spelledArgument } from './parse.ts';

/** Where the program's name alone is no command of the shell. */
export const TYPED = "in lpt-sweep's folder, with `npx` in front";

export function programHelp(commands: readonly Command[]): string {
  return [
    'lpt-sweep: hyper-parameter sweeps of late prompt tuning, carried out by Temporal, kept in Postgres.',
    '',
    'Usage: lpt-sweep <command> [options]',
    `Every command, here and in messages, is typed ${TYPED}.`,
    '',
    'Commands:',
    ...columns(commands.map((command) => [named(command), command.summary])),
    '',
    '`lpt-sweep <command> --help` explains one. Data goes to standard output, messages to standard error.',
    'Exit codes: 0 done, 1 failed, 2 wrong usage.',
    '',
  ].join('\n');
}

export function commandHelp(command: Command): string {
  const options = { ...command.options, help: { help: 'this text' } };
  return [
    `Usage: lpt-sweep ${synopsis(command)}`,
    '',
    sentence(command.summary),
    ...section(
      'Arguments',
      command.arguments.map(({ name, help }) => [`<${name}>`, help]),
    ),
    ...section(
      'Options',
      Object.entries(options).map(([name, spec]) => [spelled(name, spec), describe(spec)]),
    ),
    '',
  ].join('\n');
}

function synopsis(command: Command): string {
  const optional = Object.entries(command.options).map(([option, spec]) => `[${spelled(option, spec)}]`);
  return [named(command), ...optional].join(' ');
}

function named({ name, arguments: expected }: Command): string {
  return [name, ...expected.map(spelledArgument)].join(' ');
}

function spelled(name: string, { value }: OptionSpec): string {
  return value === undefined ? `--${name}` : `--${name} ${value.oneOf?.join('|') ?? `<${value.name}>`}`;
}

function describe({ help, value }: OptionSpec): string {
  return value?.otherwise === undefined ? help : `${help} (${value.otherwise} if not given)`;
}

function section(title: string, rows: [string, string][]): string[] {
  return rows.length === 0 ? [] : ['', `${title}:`, ...columns(rows)];
}

function columns(rows: [string, string][]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
