// Trials that a stopping rule ended or whose loss diverged: counted, so that what is left of their configurations is not taken for all of it.
import { and, asc, count, eq, inArray, min, or, sql } from 'drizzle-orm';
import type { StoppingRule } from '../sweep/stopping/rule.ts';
import { type Database, ask } from './client.ts';
import type { ConfigurationMean } from './configurations.ts';
import { trials } from './schema.ts';

export interface CutShort {
  stopped: { trials: number; rules: StoppingRule[] };
  /** In running order. */
  diverged: DivergedConfiguration[];
  /** Configurations with a trial of either kind. */
  configurations: ReadonlySet<string>;
}

export type DivergedConfiguration = Pick<
  ConfigurationMean,
  | 'configurationKey'
  | 'task'
  | 'method'
  | 'insertionLayers'
  | 'promptLength'
  | 'generator'
  | 'bottleneck'
  | 'learningRate'
> & {
  /** Trials that diverged, of all that it has. */
  trials: number;
  of: number;
};

/** The same that `configuration_means` does not call whole, and those of which no trial is complete besides. */
export async function listCutShort(database: Database, sweepId: string): Promise<CutShort> {
  const rows = await ask(database, () => selectCutShort(database, sweepId));
  const stopped = rows.filter(({ state }) => state === 'stopped-early');
  const diverged = rows.filter(({ state }) => state === 'failed');
  const sizes = await countTrials(database, {
    sweepId,
    keys: diverged.map(({ configurationKey }) => configurationKey),
  });
  return {
    stopped: {
      trials: stopped.reduce((sum, row) => sum + row.trials, 0),
      rules: [...new Set(stopped.flatMap((row) => row.rule ?? []))].sort(),
    },
    diverged: diverged.map(({ rule, state, ...row }) => {
      return { ...row, of: sizes.get(row.configurationKey) ?? row.trials };
    }),
    configurations: new Set(rows.map(({ configurationKey }) => configurationKey)),
  };
}

function selectCutShort(database: Database, sweepId: string) {
  const { configurationKey, state, errorKind, stopReason } = trials;
  const { task, method, insertionLayers, promptLength, generator, bottleneck, learningRate } = trials;
  const settings = { task, method, insertionLayers, promptLength, generator, bottleneck, learningRate };
  const rule = sql<StoppingRule | null>`${stopReason} ->> 'rule'`;
  return database
    .select({ configurationKey, state, rule, ...settings, trials: count() })
    .from(trials)
    .where(
      and(
        ...[eq(trials.sweepId, sweepId), inArray(state, ['stopped-early', 'failed'])],
        or(eq(state, 'stopped-early'), eq(errorKind, 'diverged')),
      ),
    )
    .groupBy(configurationKey, state, rule, ...Object.values(settings))
    .orderBy(asc(min(trials.position)));
}

/** By configuration key: all its trials, in whatever state. */
export async function countTrials(
  database: Database,
  { sweepId, keys }: { sweepId: string; keys: string[] },
): Promise<ReadonlyMap<string, number>> {
  if (keys.length === 0) return new Map();
  const { configurationKey } = trials;
  const rows = await ask(database, () =>
    database
      .select({ configurationKey, trials: count() })
      .from(trials)
      .where(and(eq(trials.sweepId, sweepId), inArray(configurationKey, keys)))
      .groupBy(configurationKey),
  );
  return new Map(rows.map((row) => [row.configurationKey, row.trials]));
}
