// The process around the program: its streams, its signals, its exit code.
import { buffer } from 'node:stream/consumers';
import { readEnvironment, type Environment } from '../runtime/environment.mjs';
import { main } from './main.ts';
import { FAILED, WRONG_USAGE } from './exit-codes.ts';

/** @returns the exit code */
export async function start(): Promise<number> {
  const interrupted = new AbortController();
  listenForSignals(interrupted);
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const environment = soundEnvironment();
  if (environment === null) return WRONG_USAGE;
  return main(process.argv.slice(2), {
    environment,
    write: (text) => void process.stdout.write(text),
    say: (text) => void process.stderr.write(`${text}\n`),
    draw: (text) => void process.stderr.write(text),
    isTerminal: process.stderr.isTTY,
    isOutputTerminal: process.stdout.isTTY,
    readInput: () => buffer(process.stdin),
    signal: interrupted.signal,
  });
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

/** One Ctrl-C reaches us twice under `npm start`: from the terminal, and passed on by npm. */
const SAME_KEYSTROKE_MS = 1_000;

function listenForSignals(interrupted: AbortController): void {
  let firstAt: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      firstAt ??= performance.now();
      // Whoever asks a second time does not want to wait for a clean end.
      if (performance.now() - firstAt > SAME_KEYSTROKE_MS) process.exit(FAILED);
      interrupted.abort();
    });
  }
}
