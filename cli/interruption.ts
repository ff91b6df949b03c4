// What becomes of a command that is told to stop before it has begun.
import { FAILED } from './exit-codes.ts';

export class Interrupted extends Error {
  override name = 'Interrupted';
}

/** @throws Interrupted */
export function assertGoesOn(signal: AbortSignal): void {
  if (signal.aborted) throw new Interrupted('Interrupted: nothing was started.');
}

/** One Ctrl-C reaches us twice under `npm start`: from the terminal, and passed on by npm. */
const SAME_KEYSTROKE_MS = 1_000;
/** From a keyboard, from whoever stops a service, and from a terminal that is closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Aborts at the first of them; at a second the process ends. @param say told what the first did */
export function listenForSignals(interrupted: AbortController, say: (text: string) => void): void {
  let firstAt: number | undefined;
  const onSignal = (): void => {
    firstAt ??= performance.now();
    // Whoever asks a second time does not want to wait for a clean end.
    if (performance.now() - firstAt > SAME_KEYSTROKE_MS) process.exit(FAILED);
    // True of each command: some are done after a look or a step, some, as `prune` and `export`, with all their work.
    if (!interrupted.signal.aborted) say('Ends when what it does now is done; again ends at once.');
    interrupted.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
}
