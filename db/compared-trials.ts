// Complete trials with their scores and all that they took, and their predictions: what a comparison is made of.
import { type AnyColumn, and, asc, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import { isAboutOneLabel, positiveLabel } from '../sweep/labels.ts';
import type { ComparedTrial } from '../sweep/statistics/entrant.ts';
import type { Predictions } from '../sweep/statistics/pairs.ts';
import { tokensPerMs } from '../sweep/throughput.ts';
import { type Database, ask } from './client.ts';
import { attempts, checkpoints, evaluations, sweeps, trials } from './schema.ts';

/** Of one sweep: all trials of some configurations, or these. */
export interface ComparedChoice {
  sweepId: string;
  configurationKeys?: string[];
  trialIds?: string[];
}

/**
 * Of all attempts: without others in any. Trials of versions that knew no joint steps have nulls, and took none; in those of
 * versions after that `measuredJointly` speaks of the last attempt alone.
 */
const wallSeconds = sql<number | null>`case
  when ${trials.measuredJointly} is not true and coalesce(${trials.jointSteps}, 0) = 0 then (
  select sum(extract(epoch from ${attempts.finishedAt} - ${attempts.startedAt}))::float8
  from ${attempts} where ${attempts.trialId} = ${trials.id}) end`;

const data = sql<string>`${trials.trial} #>> '{task,data,fingerprint}'`;
const labels = {
  labelWords: sql<Record<string, string>>`${trials.trial} #> '{task,labelWords}'`,
  named: sql<string | null>`${trials.trial} #>> '{task,positive}'`,
};

const testSize = sql<number | null>`(${trials.trial} #>> '{regime,testSize}')::integer`;

/** Of the last attempt: what it took together with other trials is a share of something else, or holds theirs too. */
const alone = (column: AnyColumn) =>
  sql<number | null>`case when ${trials.measuredJointly} is not true then ${column} end`;
const msPerStep = alone(trials.msPerStep);
const peakMemoryMiB = alone(trials.peakMemoryMib);

/** In running order. */
export async function listCompared(database: Database, choice: ComparedChoice): Promise<ComparedTrial[]> {
  const { sweepId, configurationKeys, trialIds } = choice;
  const { task, regime, k, metric, method, configurationKey, dataSeed, trainSeed, devScore, testScore } = trials;
  const { trainableParameters, backboneParameters, stepTokens } = trials;
  const rows = await ask(database, () =>
    database
      .select({
        ...{ trialId: trials.id, sweep: sweeps.name, backbone: sweeps.backbone, data, testSize, ...labels },
        ...{ task, regime, k, metric, method, configurationKey, dataSeed, trainSeed, devScore, testScore },
        ...{ trainableParameters, backboneParameters, msPerStep, stepTokens, peakMemoryMiB, wallSeconds },
        checkpointBytes: sql<number | null>`octet_length(${checkpoints.bytes})`,
      })
      .from(trials)
      .innerJoin(sweeps, eq(sweeps.id, trials.sweepId))
      .leftJoin(checkpoints, and(eq(checkpoints.trialId, trials.id), eq(checkpoints.kind, 'best')))
      .where(
        and(
          ...[eq(trials.sweepId, sweepId), eq(trials.state, 'complete')],
          ...(configurationKeys === undefined ? [] : [inArray(configurationKey, configurationKeys)]),
          ...(trialIds === undefined ? [] : [inArray(trials.id, trialIds)]),
        ),
      )
      .orderBy(asc(trials.position)),
  );
  return rows.flatMap((row) => comparedOf(row) ?? []);
}

interface Row extends Omit<ComparedTrial, 'positive' | 'devScore' | 'testScore' | 'costs'> {
  labelWords: Record<string, string>;
  /** The label that its task names for F1. */
  named: string | null;
  devScore: number | null;
  testScore: number | null;
  trainableParameters: number | null;
  backboneParameters: number;
  msPerStep: number | null;
  stepTokens: number;
  peakMemoryMiB: number | null;
  wallSeconds: number | null;
  checkpointBytes: number | null;
}

function comparedOf({
  devScore,
  testScore,
  backboneParameters,
  stepTokens,
  labelWords,
  named,
  ...row
}: Row): ComparedTrial | null {
  if (devScore === null || testScore === null) return null;
  const { trainableParameters, msPerStep: ms, peakMemoryMiB, wallSeconds: seconds, checkpointBytes, ...who } = row;
  const isKnown = trainableParameters !== null && backboneParameters > 0;
  return {
    ...who,
    positive: isAboutOneLabel(who.metric) ? positiveLabel({ labelWords, positive: named ?? undefined }) : null,
    ...{ devScore, testScore },
    costs: {
      trainableParameters,
      trainableShare: isKnown ? trainableParameters / backboneParameters : null,
      msPerStep: ms,
      tokensPerMs: tokensPerMs({ stepTokens, msPerStep: ms }),
      peakMemoryMiB,
      wallSeconds: seconds,
      checkpointBytes,
    },
  };
}

/** By trial, on its selected step; trials without stored labels are left out. */
export async function loadPredictions(database: Database, trialIds: string[]): Promise<Map<string, Predictions>> {
  const { predictions, labels } = evaluations;
  const rows = await ask(database, () =>
    database
      .select({ trialId: trials.id, predictions, labels })
      .from(trials)
      .innerJoin(
        evaluations,
        and(
          eq(evaluations.trialId, trials.id),
          eq(evaluations.split, 'test'),
          eq(evaluations.step, trials.selectedStep),
        ),
      )
      .where(and(inArray(trials.id, trialIds), isNotNull(predictions), isNotNull(labels))),
  );
  return new Map(
    rows.flatMap((row) =>
      row.predictions === null || row.labels === null
        ? []
        : [[row.trialId, { predictions: row.predictions, labels: row.labels }]],
    ),
  );
}
