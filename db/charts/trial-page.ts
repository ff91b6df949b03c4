// A sweep's trials a page at a time, of one state or of all.
import { and, asc, count, eq, sql } from 'drizzle-orm';
import type { TrialState } from '../../sweep/states.ts';
import { type Database, ask } from '../client.ts';
import type { TrialRow } from '../fence.ts';
import { trials } from '../schema.ts';

export interface TrialPage {
  sweepId: string;
  state: TrialState | null;
  from: number;
  size: number;
}

type Listed = Pick<
  TrialRow,
  | 'position'
  | 'configurationKey'
  | 'task'
  | 'metric'
  | 'regime'
  | 'k'
  | 'method'
  | 'insertionLayers'
  | 'promptLength'
  | 'generator'
  | 'dataSeed'
  | 'trainSeed'
  | 'state'
  | 'devScore'
  | 'testScore'
  | 'attempt'
  | 'errorKind'
  | 'errorMessage'
> & {
  /** Null where nothing is trained. */
  learningRate: number | null;
};

export async function pageOfTrials(
  database: Database,
  { sweepId, state, from, size }: TrialPage,
): Promise<{ rows: Listed[]; total: number }> {
  const { position, task, method, insertionLayers, promptLength, generator, dataSeed, trainSeed } = trials;
  const learningRate = sql<number | null>`case when ${method} <> 'zero-shot' then ${trials.learningRate} end`;
  const { metric, regime, k, configurationKey, devScore, testScore, attempt, errorKind, errorMessage } = trials;
  const names = { position, task, method, insertionLayers, promptLength, generator, learningRate, dataSeed, trainSeed };
  const those = and(eq(trials.sweepId, sweepId), state === null ? undefined : eq(trials.state, state));
  const [rows, [counted]] = await ask(database, () =>
    Promise.all([
      database
        .select({
          ...names,
          metric,
          regime,
          k,
          configurationKey,
          state: trials.state,
          devScore,
          testScore,
          attempt,
          errorKind,
          errorMessage,
        })
        .from(trials)
        .where(those)
        .orderBy(asc(position))
        .limit(size)
        .offset(from),
      database.select({ total: count() }).from(trials).where(those),
    ]),
  );
  return { rows, total: counted?.total ?? 0 };
}
