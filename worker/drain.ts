// What becomes of a worker that is told to stop: trials save a checkpoint and go back to the queue, then it ends.
import { GracefulShutdownPeriodExpiredError } from '@temporalio/worker';
import type { Workers } from './temporal-workers.ts';

export interface Drain {
  signal: AbortSignal;
  /** From the signal to the end. */
  graceMs: number;
  /** Trials under way. */
  busy: () => number;
  /** Ends the trainers whatever they are doing: for those that do not come to their next step in time. */
  endTrainers: () => Promise<void>;
  say: (text: string) => void;
}

/** Of the grace this share is the trials'; the rest is for telling the servers of those that were cut off. */
const TRIALS_SHARE = 0.8;

/** @returns whether the drain was whole: nothing of the workers is left then */
export async function runUntilStopped(workers: Workers, drain: Drain): Promise<boolean> {
  let lastCall: NodeJS.Timeout | undefined;
  const stop = (): void => {
    drain.say(announcement(drain));
    lastCall = setTimeout(() => {
      drain.say('Some trial did not come to its next step in time: it goes on from its last checkpoint.');
      void drain.endTrainers();
    }, drain.graceMs * TRIALS_SHARE);
    workers.shutdown();
  };
  drain.signal.addEventListener('abort', stop, { once: true });
  try {
    await workers.run();
    if (drain.signal.aborted) drain.say('Stopped: nothing is lost.');
    return true;
  } catch (error) {
    if (!(error instanceof GracefulShutdownPeriodExpiredError)) throw error;
    drain.say('Stopped before the servers had heard of it: they find out by themselves, and nothing is lost.');
    return false;
  } finally {
    clearTimeout(lastCall);
    drain.signal.removeEventListener('abort', stop);
  }
}

function announcement({ busy, graceMs }: Drain): string {
  const running = busy();
  const what =
    running === 0
      ? 'no trial runs here'
      : `${running === 1 ? 'a trial saves its' : `${running} trials save their`} checkpoint and ${running === 1 ? 'goes' : 'go'} back to the queue`;
  return `Told to stop: ${what}, within ${graceMs / 1000} s. Told again, it ends at once.`;
}
