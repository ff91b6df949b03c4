// A terminal that remembers, for commands run in the test's own process.
import { main } from '../../cli/main.ts';
import type { Terminal } from '../../cli/command.ts';
import { childEnvironment, readEnvironment } from '../../runtime/environment.mjs';

export interface Told {
  code: number;
  /** Standard output. */
  out: string;
  /** Standard error. */
  said: string;
}

export async function run(
  words: string[],
  variables: Record<string, string | undefined> = {},
  input = '',
): Promise<Told> {
  const out: string[] = [];
  const said: string[] = [];
  const terminal: Terminal = {
    environment: readEnvironment(childEnvironment(variables)),
    write: (text) => out.push(text),
    say: (text) => said.push(`${text}\n`),
    draw: (text) => said.push(text),
    readInput: () => Promise.resolve(new TextEncoder().encode(input)),
    isTerminal: false,
    columns: () => 80,
    isOutputTerminal: false,
    signal: new AbortController().signal,
  };
  const code = await main(words, terminal);
  return { code, out: out.join(''), said: said.join('') };
}
