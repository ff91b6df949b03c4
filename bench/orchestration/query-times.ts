// How long each command's questions to the database take, together with what the program does to the answers.
import type { Database } from '../../db/client.ts';
import { summarise, type Summary } from '../measuring/summary.ts';
import { commandQueries } from './command-queries.ts';
import type { Stored } from './stored-trials.ts';

export interface QueryTimes {
  trials: number;
  metricRows: number;
  /** Of the whole database. */
  mib: number;
  milliseconds: Record<string, Summary>;
}

export async function timeQueries(
  database: Database,
  { stored, runs }: { stored: Stored; runs: number },
): Promise<QueryTimes> {
  const queries = await commandQueries(database, stored);
  const milliseconds: Record<string, Summary> = {};
  for (const [command, ask] of Object.entries(queries)) {
    // The first fills Postgres's caches, as in a command's second use.
    await ask();
    const taken: number[] = [];
    for (let run = 0; run < runs; run += 1) taken.push(await timed(ask));
    milliseconds[command] = summarise(taken);
  }
  return { ...(await sizes(database)), milliseconds };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function sizes(database: Database): Promise<Omit<QueryTimes, 'milliseconds'>> {
  const { rows } = await database.$client.query<{ trials: string; metrics: string; bytes: string }>(`
    select (select count(*) from trials) as trials, (select count(*) from metrics) as metrics,
      pg_database_size(current_database()) as bytes`);
  const [row] = rows;
  return {
    trials: Number(row?.trials),
    metricRows: Number(row?.metrics),
    mib: Math.round(Number(row?.bytes) / 2 ** 20),
  };
}
