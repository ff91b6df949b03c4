// A database that is away for a moment costs a wait, not the trial.
import { setTimeout as wait } from 'node:timers/promises';
import { isWorthWaiting } from '../db/errors.ts';

/** About two minutes in all, never longer at a time than a heartbeat allows. */
export const RETRY_DELAYS_MS = [250, 500, 1_000, 2_000, 4_000, 8_000, ...Array<number>(11).fill(10_000)];

export interface Patience {
  delaysMs?: readonly number[] | undefined;
  /** Called before each wait. */
  onWait?: () => void;
  /** Called when a write succeeds after so many that did not. */
  onBack?: (failures: number) => void;
  /** Ends the waiting early; the last error is thrown then. */
  signal?: AbortSignal;
}

/** Repeats `write` while the database is away or cannot take it. @throws the last error when patience ends */
export async function patiently<T>(write: () => Promise<T>, patience: Patience = {}): Promise<T> {
  let failures = 0;
  const tryOnce = async (): Promise<T> => {
    const result = await write();
    if (failures > 0) patience.onBack?.(failures);
    return result;
  };
  for (const delayMs of patience.delaysMs ?? RETRY_DELAYS_MS) {
    try {
      return await tryOnce();
    } catch (error) {
      if (!isWorthWaiting(error)) throw error;
      if (patience.signal?.aborted === true) throw error;
    }
    failures += 1;
    patience.onWait?.();
    await wait(delayMs, undefined, patience.signal ? { signal: patience.signal } : {}).catch(() => undefined);
  }
  return tryOnce();
}
