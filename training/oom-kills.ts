// Processes that the Linux kernel killed because memory ran out, by its own count.
import { readFileSync } from 'node:fs';

/** Since the machine started; null where the kernel does not say. */
export function countOomKills(): number | null {
  try {
    return oomKillsIn(readFileSync('/proc/vmstat', 'utf8'));
  } catch {
    return null; // Not Linux, or /proc is hidden.
  }
}

/** Of the text of `/proc/vmstat`. */
export function oomKillsIn(vmstat: string): number | null {
  const count = /^oom_kill (\d+)$/m.exec(vmstat)?.[1];
  return count === undefined ? null : Number(count);
}

export interface Death {
  /** The signal, or the exit code in words. */
  how: string;
  killsBefore: number | null;
  killsAfter: number | null;
}

/**
 * The kernel counts before it sends SIGKILL. It counts for the whole machine, so a kill by hand while the kernel killed
 * another process is taken for one, too: the trial is then shrunk for nothing.
 */
export function isOomKill({ how, killsBefore, killsAfter }: Death): boolean {
  return how === 'SIGKILL' && killsBefore !== null && killsAfter !== null && killsAfter > killsBefore;
}
