// A chaos run: one sweep in peace, the same once more in a storm, and what the two have in common.
import { setTimeout as wait } from 'node:timers/promises';
import { createDatabase, type Database } from '../../db/client.ts';
import { openServices } from '../../runtime/services.ts';
import { Crew } from './crew.ts';
import { checkpointEvery, prepareGround, type Ground, type SweepName, type SweepSize } from './ground.ts';
import { compareSweeps, readLedger } from './ledger.ts';
import { logSteps, readRepeated } from './repeated.ts';
import { reportOf, type ChaosReport } from './report.ts';
import type { Disturbance } from './schedule.ts';
import { storm, type Strikes } from './storm.ts';

export interface ChaosOptions extends SweepSize {
  seed: number;
  workers: number;
  schedule: readonly Disturbance[];
  say: (text: string) => void;
  /** Milliseconds after which a sweep that does not end is given up. */
  patienceMs: number;
}

/** Takes everything away again that it made. @throws when a sweep does not end */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, steps, workers, say } = options;
  const ground = await prepareGround(options);
  try {
    say('The sweep in peace:');
    const calm = await runSweep(ground, 'calm', { ...options, schedule: [] });
    await withDatabase(ground, logSteps);
    say('The sweep in a storm:');
    const stormy = await runSweep(ground, 'storm', options);
    return await withDatabase(ground, async (database) =>
      reportOf({
        options: { seed, steps, workers, checkpointEvery: checkpointEvery(steps) },
        strikes: stormy.strikes,
        calm: { ...(await readLedger(database, 'calm')), seconds: calm.seconds },
        storm: { ...(await readLedger(database, 'storm')), seconds: stormy.seconds },
        repeated: await readRepeated(database, 'storm'),
        comparison: await compareSweeps(database, 'calm', 'storm'),
        surprises: [...calm.surprises, ...stormy.surprises],
      }),
    );
  } finally {
    await ground.leave();
  }
}

/** Not while a storm goes on: whoever has the servers open brings them back, and the parts have to do that for themselves. */
async function withDatabase<T>({ environment }: Ground, work: (database: Database) => Promise<T>): Promise<T> {
  const services = await openServices({ environment, say: () => undefined });
  const database = createDatabase(services.databaseUrl);
  try {
    return await work(database);
  } finally {
    await database.close();
    await services.close();
  }
}

interface Ran {
  strikes: Strikes;
  seconds: number;
  surprises: string[];
}

async function runSweep(ground: Ground, sweep: SweepName, options: ChaosOptions): Promise<Ran> {
  const { workers, schedule, say, patienceMs } = options;
  const began = performance.now();
  const crew = new Crew({ ground, sweep, workers, say });
  const over = new AbortController();
  const limit = AbortSignal.timeout(patienceMs);
  try {
    const strikes = storm({ ground, crew }, { schedule, signal: over.signal, say });
    // A sweep that ends has begun, so the storm does too, and sees that it is over.
    await Promise.race([crew.finished, tooLate(limit, sweep)]);
    const seconds = (performance.now() - began) / 1000;
    over.abort();
    return { strikes: await strikes, seconds, surprises: crew.surprises };
  } finally {
    over.abort();
    await crew.stop();
  }
}

async function tooLate(limit: AbortSignal, sweep: SweepName): Promise<never> {
  await wait(2 ** 31 - 1, undefined, { signal: limit, ref: false }).catch(() => undefined);
  throw new Error(`Expected sweep \`${sweep}\` to end, found it going on when patience ended.`);
}
