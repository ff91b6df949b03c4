// A command line against the table of commands.
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError, type ArgumentSpec, type Call, type Command, type OptionSpec } from './command.ts';
import { nearest } from './nearest.ts';

export type ParsedCall = Pick<Call, 'arguments' | 'flags' | 'values'>;

/** @throws UsageError naming what was expected, what was found, and the nearest right word */
export function findCommand(commands: readonly Command[], name: string): Command {
  const found = commands.find((command) => command.name === name);
  if (found !== undefined) return found;
  const names = commands.map((command) => command.name);
  throw new UsageError(
    `Expected a command, found \`${name}\`.${nearest(name, names)} \`lpt-sweep --help\` lists them.`,
  );
}

/** @throws UsageError */
export function parseCall(command: Command, words: readonly string[]): ParsedCall {
  const { positionals, values, flags } = readWords(command, words);
  const expected = command.arguments.map(spelledArgument).join(' ');
  if (positionals.length < command.arguments.filter(({ isOptional }) => !isOptional).length) {
    const missing = command.arguments[positionals.length]?.name ?? '';
    throw new UsageError(
      `Expected \`lpt-sweep ${command.name} ${expected}\`, found no <${missing}>.${seeHelp(command)}`,
    );
  }
  const [extra] = positionals.slice(command.arguments.length);
  if (extra !== undefined) {
    throw new UsageError(
      `Expected \`lpt-sweep ${command.name} ${expected}\`, found \`${extra}\` as well.${seeHelp(command)}`,
    );
  }
  const named = command.arguments
    .slice(0, positionals.length)
    .map(({ name }, index) => [name, positionals[index] ?? ''] as const);
  return { arguments: Object.fromEntries(named), flags, values };
}

export function spelledArgument({ name, isOptional }: ArgumentSpec): string {
  return isOptional ? `[<${name}>]` : `<${name}>`;
}

function readWords(command: Command, words: readonly string[]) {
  const options: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
    Object.entries(command.options).map(([name, { value }]) => [name, { type: value ? 'string' : 'boolean' }]),
  );
  const { tokens, positionals } = parseArgs({
    args: [...words],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const given = new Set<string>();
  const flags = new Set<string>();
  const values = defaultValues(command);
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const value = checkOption(command, token);
    // The last of two would win: orders to a part of what was meant.
    if (given.has(token.name))
      throw new UsageError(`Expected \`${token.rawName}\` once, found \`${token.rawName}\` twice.`);
    given.add(token.name);
    if (value === undefined) flags.add(token.name);
    else values[token.name] = value;
  }
  return { positionals, flags, values };
}

interface OptionToken {
  name: string;
  rawName: string;
  value?: string | undefined;
  /** Whether the value stands in the same word: `--out=here`. */
  inlineValue?: boolean | undefined;
}

/** @returns the value; undefined for a flag */
function checkOption(command: Command, token: OptionToken): string | undefined {
  const spec = Object.hasOwn(command.options, token.name) ? command.options[token.name] : undefined;
  if (spec === undefined) {
    const known = Object.keys(command.options).map((name) => `--${name}`);
    throw new UsageError(
      `Expected an option of \`${command.name}\`, found \`${token.rawName}\`.${nearest(token.rawName, known)}${seeHelp(command)}`,
    );
  }
  if (spec.value !== undefined) return checkValue(spec.value, token);
  if (token.value === undefined) return undefined;
  throw new UsageError(`Expected \`--${token.name}\` to stand alone, found the value \`${token.value}\`.`);
}

function checkValue({ name, oneOf }: NonNullable<OptionSpec['value']>, token: OptionToken): string {
  const { value } = token;
  const choice = oneOf?.join(', ') ?? `a ${name}`;
  if (value === undefined)
    throw new UsageError(`Expected \`--${token.name}\` to be followed by ${choice}, found nothing.`);
  if (token.inlineValue === false && value.startsWith('--'))
    throw new UsageError(`Expected \`--${token.name}\` to be followed by ${choice}, found \`${value}\`.`);
  if (oneOf && !oneOf.includes(value)) {
    const hint = nearest(value, oneOf);
    throw new UsageError(`Expected \`--${token.name}\` to be one of ${choice}, found \`${value}\`.${hint}`);
  }
  return value;
}

function defaultValues(command: Command): Record<string, string> {
  const given = Object.entries(command.options).map(([name, { value }]) => [name, value?.otherwise] as const);
  return Object.fromEntries(given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function seeHelp(command: Command): string {
  return ` See \`lpt-sweep ${command.name} --help\`.`;
}
