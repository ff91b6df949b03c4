// Carries a schedule out on the processes of a run, and keeps count.
import { setTimeout as wait } from 'node:timers/promises';
import { processesOf, type Place } from './parts.ts';
import { PARTS, type Disturbance, type Part } from './schedule.ts';

export type Count = Record<Part, number>;

export interface Strikes {
  kill: Count;
  stop: Count;
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
  const strikes: Strikes = { kill: none(), stop: none(), missed: 0 };
  const held: Promise<void>[] = [];
  await place.crew.underway;
  const began = performance.now();
  for (const disturbance of schedule) {
    await wait(Math.max(0, disturbance.at - (performance.now() - began)), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    const pids = processesOf(place, disturbance);
    const { part, act, lasts } = disturbance;
    say(`${(disturbance.at / 1000).toFixed(1)} s: ${act} ${part} ${pids.length === 0 ? '(is down)' : pids.join(' ')}`);
    if (pids.length === 0) strikes.missed += 1;
    else strikes[act][part] += 1;
    if (act === 'kill') place.crew.returnAfter(lasts);
    if (act === 'kill') for (const pid of pids) send(pid, 'SIGKILL');
    else held.push(holdUp(pids, { lasts, signal }));
  }
  await Promise.all(held);
  return strikes;
}

async function holdUp(
  pids: readonly number[],
  { lasts, signal }: { lasts: number; signal: AbortSignal },
): Promise<void> {
  for (const pid of pids) send(pid, 'SIGSTOP');
  await wait(lasts, undefined, { signal }).catch(() => undefined);
  for (const pid of pids) send(pid, 'SIGCONT');
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself in this moment.
  }
}

function none(): Count {
  return Object.fromEntries(PARTS.map((part) => [part, 0])) as Count;
}
