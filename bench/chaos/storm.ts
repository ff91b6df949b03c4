// Carries a schedule out on the processes of a run, and keeps count.
import { setTimeout as wait } from 'node:timers/promises';
import { processesOf, withDescendants, type Place } from './parts.ts';
import { computing } from './processes.ts';
import { isLate, LAST_WORDS_MS, PARTS, type Disturbance, type Part } from './schedule.ts';

export type Count = Record<Part, number>;

export interface Strikes {
  kill: Count;
  stop: Count;
  /** Parts held up past their heartbeat's limit, which then wrote late. */
  late: number;
  /** The part was down already. */
  missed: number;
}

export interface Storm {
  schedule: readonly Disturbance[];
  /** Ends it early. */
  signal: AbortSignal;
  say: (text: string) => void;
}

/** Begins when the first trial runs. Resolves when the last disturbance is over and everything that was stopped goes on. */
export async function storm(place: Place, { schedule, signal, say }: Storm): Promise<Strikes> {
  const strikes: Strikes = { kill: none(), stop: none(), late: 0, missed: 0 };
  const held: Promise<void>[] = [];
  const spared = new Set<number>();
  await place.crew.underway;
  const began = performance.now();
  for (const disturbance of schedule) {
    await wait(Math.max(0, disturbance.at - (performance.now() - began)), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    const { part, act, lasts } = disturbance;
    // What writes late must have something to write.
    const busy = isLate(disturbance) ? await computing() : NOBODY;
    const pids = processesOf(place, { ...disturbance, spared, busy });
    say(`${(disturbance.at / 1000).toFixed(1)} s: ${act} ${part} ${pids.length === 0 ? '(is down)' : pids.join(' ')}`);
    if (pids.length === 0) strikes.missed += 1;
    else strikes[act][part] += 1;
    if (act === 'kill') place.crew.returnAfter(lasts);
    if (act === 'kill') for (const pid of pids) send(pid, 'SIGKILL');
    else held.push(holdUp(pids, { lasts, signal, spared: isLate(disturbance) ? spared : null }));
    if (isLate(disturbance)) strikes.late += pids.length;
  }
  await Promise.all(held);
  return strikes;
}

interface Hold {
  lasts: number;
  signal: AbortSignal;
  /** Where it is kept of those that shall write late, for killed meanwhile they could not; null for the others. */
  spared: Set<number> | null;
}

async function holdUp(pids: readonly number[], { lasts, signal, spared }: Hold): Promise<void> {
  const kept = pids.flatMap(withDescendants);
  for (const pid of kept) spared?.add(pid);
  for (const pid of pids) send(pid, 'SIGSTOP');
  await wait(lasts, undefined, { signal }).catch(() => undefined);
  for (const pid of pids) send(pid, 'SIGCONT');
  if (spared) await wait(LAST_WORDS_MS, undefined, { signal }).catch(() => undefined);
  for (const pid of kept) spared?.delete(pid);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself in this moment.
  }
}

const NOBODY: ReadonlySet<number> = new Set();

function none(): Count {
  return Object.fromEntries(PARTS.map((part) => [part, 0])) as Count;
}
