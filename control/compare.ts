// Configurations averaged over their seeds, beside baselines measured here and published ones.
import { asc, eq } from 'drizzle-orm';
import { ask, type Database } from '../db/client.ts';
import { listComparison, listConfigurations, type ComparisonRow, type ConfigurationMean } from '../db/results.ts';
import { findSweep, type SweepRow } from '../db/sweeps.ts';
import { trialResults } from '../db/views.ts';
import type { Control } from './control.ts';
import { describeFinding, type ScoredTrial } from './finding.ts';

export interface Comparison {
  sweep: SweepRow;
  /** Best on dev first within a task. */
  configurations: ConfigurationMean[];
  /** Pairs of an LPT configuration and a baseline. */
  pairs: ComparisonRow[];
  /** Plain sentences, one a task. */
  findings: string[];
}

/** @throws UnknownSweepError */
export async function compare({ database }: Pick<Control, 'database'>, name: string): Promise<Comparison> {
  const sweep = await findSweep(database, name);
  const [configurations, pairs, scored] = await Promise.all([
    listConfigurations(database, sweep.id),
    listComparison(database, sweep.id),
    listScored(database, sweep.id),
  ]);
  const tasks = [...new Set(configurations.map(({ task }) => task))];
  const findings = tasks.map((task) => {
    const ofTask = <Row extends { task: string }>(rows: Row[]): Row[] => rows.filter((row) => row.task === task);
    return describeFinding(ofTask(configurations), ofTask(scored));
  });
  return { sweep, configurations, pairs, findings };
}

async function listScored(database: Database, sweepId: string): Promise<ScoredTrial[]> {
  const { task, method, configurationKey, dataSeed, trainSeed, testScore } = trialResults;
  const rows = await ask(database, () =>
    database
      .select({ task, method, configurationKey, dataSeed, trainSeed, testScore })
      .from(trialResults)
      .where(eq(trialResults.sweepId, sweepId))
      .orderBy(asc(trialResults.position)),
  );
  return rows.flatMap(({ testScore: score, ...row }) => (score === null ? [] : [{ ...row, testScore: score }]));
}
