// A database or a hub that is away for a moment costs a wait, not the trial.
import { setTimeout as wait } from 'node:timers/promises';
import { isWorthWaiting } from '../db/errors.ts';
import { isHubAway } from './failure.ts';

/** About two minutes in all, never longer at a time than a heartbeat allows. */
export const RETRY_DELAYS_MS = [250, 500, 1_000, 2_000, 4_000, 8_000, ...Array<number>(11).fill(10_000)];

export interface Patience {
  delaysMs?: readonly number[] | undefined;
  /** Called before each wait, with what it is for. */
  onWait?: (error: Error) => void;
  /** Called when a try succeeds after so many that did not, with what the last of them failed with. */
  onBack?: (failures: number, error: Error) => void;
  /** Ends the waiting early; the last error is thrown then. */
  signal?: AbortSignal;
}

/** Repeats `work` while the database is away or cannot take it, or the hub is away. @throws the last error when patience ends */
export async function patiently<T>(work: () => Promise<T>, patience: Patience = {}): Promise<T> {
  let failures = 0;
  let last: Error | undefined;
  const tryOnce = async (): Promise<T> => {
    const result = await work();
    if (last !== undefined) patience.onBack?.(failures, last);
    return result;
  };
  for (const delayMs of patience.delaysMs ?? RETRY_DELAYS_MS) {
    try {
      return await tryOnce();
    } catch (error) {
      if (!isWorthWaiting(error) && !isHubAway(error)) throw error;
      if (patience.signal?.aborted === true) throw error;
      last = error;
    }
    failures += 1;
    patience.onWait?.(last);
    await wait(delayMs, undefined, patience.signal ? { signal: patience.signal } : {}).catch(() => undefined);
  }
  return tryOnce();
}
