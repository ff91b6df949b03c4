// What Postgres holds of a sweep when all is over: its trials, who ended them, and whether the numbers are those of another.
import { and, asc, count, eq, sql, sum } from 'drizzle-orm';
import { type Database, ask } from '../../db/client.ts';
import { attempts, sweeps, trials } from '../../db/schema.ts';
import { findSweep } from '../../db/sweeps.ts';
import { loadNumbers } from '../../db/trial-numbers.ts';
import { compareNumbers, type NumberDifference } from '../../sweep/repetition.ts';
import type { SweepName } from './ground.ts';

export interface Ledger {
  state: string;
  trials: number;
  /** Not complete. */
  lost: number;
  /** Trial keys that stand there twice, and trials that more than one attempt ended. */
  duplicates: number;
  /** Trials and attempts that say `running` with nobody behind them. */
  leftRunning: number;
  attempts: number;
  resumed: number;
  refusedWrites: number;
}

export async function readLedger(database: Database, name: SweepName): Promise<Ledger> {
  const { id, state } = await findSweep(database, name);
  const rows = await trialsOf(database, name);
  const [tally] = await ask(database, () =>
    database
      .select({
        attempts: count(),
        resumed: count(attempts.resumedFromStep),
        running: sql<number>`count(*) filter (where ${attempts.state} = 'running')`.mapWith(Number),
        complete: sql<number>`count(*) filter (where ${attempts.state} = 'complete')`.mapWith(Number),
        completeTrials: sql<number>`count(distinct ${trials.id}) filter (where ${attempts.state} = 'complete')`.mapWith(
          Number,
        ),
        refusedWrites: sum(attempts.refusedWrites).mapWith(Number),
      })
      .from(attempts)
      .innerJoin(trials, eq(trials.id, attempts.trialId))
      .where(eq(trials.sweepId, id)),
  );
  if (tally === undefined) throw new Error(`Expected a count of the attempts of sweep \`${name}\`, found none.`);
  const keys = new Set(rows.map(({ trialKey }) => trialKey));
  return {
    state,
    trials: rows.length,
    lost: rows.filter((row) => row.state !== 'complete').length,
    duplicates: rows.length - keys.size + (tally.complete - tally.completeTrials),
    leftRunning: rows.filter((row) => row.state === 'running').length + tally.running,
    attempts: tally.attempts,
    resumed: tally.resumed,
    refusedWrites: tally.refusedWrites,
  };
}

export interface Comparison {
  /** Curves, evaluations, predictions, scores, and a hash of each best checkpoint's bytes. */
  compared: number;
  differing: (NumberDifference & { trial: string })[];
}

/** Trial by trial, to the last bit. */
export async function compareSweeps(database: Database, one: SweepName, other: SweepName): Promise<Comparison> {
  const [before, after] = [await trialsOf(database, one), await trialsOf(database, other)];
  const found: Comparison = { compared: 0, differing: [] };
  for (const [index, row] of before.entries()) {
    const twin = after[index];
    const trial = `${other}/${row.position}`;
    if (twin?.trialKey !== row.trialKey) throw new Error(`Expected ${trial} to be trial ${one}/${row.position}.`);
    const numbers = await Promise.all([row, twin].map((each) => loadNumbers(database, each)));
    const [original, repeated] = numbers;
    if (!original || !repeated) throw new Error('Expected the numbers of two trials, found fewer.');
    const { compared, differences } = compareNumbers(original, repeated);
    found.compared += compared;
    found.differing.push(...differences.map((difference) => ({ trial, ...difference })));
  }
  return found;
}

function trialsOf(database: Database, name: SweepName) {
  return ask(database, async () => {
    const rows = await database
      .select({ trial: trials })
      .from(trials)
      .innerJoin(sweeps, and(eq(sweeps.id, trials.sweepId), eq(sweeps.name, name)))
      .orderBy(asc(trials.position));
    return rows.map(({ trial }) => trial);
  });
}
