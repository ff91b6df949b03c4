// Waiting inside an activity: heard by Temporal meanwhile, and given up when the attempt is told to stop.

const BEAT_MS = 2_000;

/** As long as others train in its place, a trial that waits is alive. */
export async function whileBeating<T>(onProgress: () => void, work: Promise<T>): Promise<T> {
  const beating = setInterval(onProgress, BEAT_MS);
  try {
    return await work;
  } finally {
    clearInterval(beating);
  }
}

/** What goes on behind is of use to the next trial, or ends with the worker. @throws the signal's reason */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason as Error);
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}
