// The process around the program: its streams, its signals, its exit code.
import { buffer } from 'node:stream/consumers';
import { readEnvironment, type Environment } from '../runtime/environment.mjs';
import { main } from './main.ts';
import { DONE, WRONG_USAGE } from './exit-codes.ts';
import { listenForSignals } from './interruption.ts';
import { outputTo } from './output.ts';

/** @returns the exit code */
export async function start(): Promise<number> {
  const interrupted = new AbortController();
  // Not ended here: a command that has started servers closes them first.
  const stop = (): void => interrupted.abort();
  const [out, told] = [outputTo(process.stdout, stop), outputTo(process.stderr, stop)];
  const say = (text: string): void => told.write(`${text}\n`);
  // Nobody waits at a log, whose lines may be JSON.
  listenForSignals(interrupted, process.stderr.isTTY ? (text) => say(`\n${text}`) : () => undefined);
  const environment = soundEnvironment();
  if (environment === null) return WRONG_USAGE;
  const code = await main(process.argv.slice(2), {
    environment,
    write: out.write,
    say,
    draw: told.write,
    isTerminal: process.stderr.isTTY,
    // A terminal that tells none has 0.
    columns: () => (process.stderr.columns > 0 ? process.stderr.columns : Number.POSITIVE_INFINITY),
    isOutputTerminal: process.stdout.isTTY,
    readInput: () => buffer(process.stdin),
    signal: interrupted.signal,
  });
  return out.isCut && !told.isCut ? DONE : code;
}

/** Null where a variable is set wrongly, which is said: its message is made for people, as a command line's is. */
function soundEnvironment(): Environment | null {
  try {
    return readEnvironment();
  } catch (error) {
    // Any other kind of error is nobody's variable.
    if (!(error instanceof Error) || error.name !== 'Error') throw error;
    process.stderr.write(`${error.message}\n`);
    return null;
  }
}
