// The tables of a sweep. Columns are camelCase here and snake_case in Postgres (set once, in client.ts and drizzle.config.ts).
import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  customType,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { DataSplit } from '../data/parts.ts';
import { ERROR_KINDS } from '../sweep/error-kinds.ts';
import type { SweepFacts } from '../sweep/facts.ts';
import type { Provenance } from '../sweep/provenance.ts';
import { USUAL_PRIORITY, type Priority } from '../sweep/queueing.ts';
import { REGIMES } from '../sweep/regime.ts';
import type { Spec } from '../sweep/spec.ts';
import { ATTEMPT_STATES, SWEEP_STATES, TRIAL_STATES } from '../sweep/states.ts';
import type { StopReason } from '../sweep/stopping/rule.ts';
import { METRICS, SPLITS } from '../sweep/task.ts';
import { CHECKPOINT_KINDS, CURVES } from '../sweep/training.ts';
import type { Trial } from '../sweep/trial.ts';
import type { Shortened } from '../training/messages.ts';
import type { Parts } from '../training/score.ts';

export const sweepState = pgEnum('sweep_state', SWEEP_STATES);
export const trialState = pgEnum('trial_state', TRIAL_STATES);
export const attemptState = pgEnum('attempt_state', ATTEMPT_STATES);
export const errorKind = pgEnum('error_kind', ERROR_KINDS);
export const metric = pgEnum('metric', METRICS);
export const split = pgEnum('split', SPLITS);
export const curve = pgEnum('curve', CURVES);
export const checkpointKind = pgEnum('checkpoint_kind', CHECKPOINT_KINDS);
export const regimeKind = pgEnum('regime_kind', REGIMES);

const bytea = customType<{ data: Uint8Array; driverData: Buffer }>({
  dataType: () => 'bytea',
  toDriver: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
});
const priority = () => integer().$type<Priority>().notNull().default(USUAL_PRIORITY);
const time = () => timestamp({ withTimezone: true });
const trialId = () =>
  uuid()
    .notNull()
    .references(() => trials.id, { onDelete: 'cascade' });

export const sweeps = pgTable(
  'sweeps',
  {
    id: uuid().primaryKey(),
    name: text().notNull().unique(),
    /** The sweep file as it was launched. */
    source: text().notNull(),
    spec: jsonb().$type<Spec>().notNull(),
    /** What was known of backbone and data at launch: a search that goes on by scores plans further trials with it. */
    facts: jsonb().$type<SweepFacts>(),
    /** Hash over the trial keys that the file asks for: two launches are the same sweep when this is the same. */
    contentHash: text().notNull(),
    backbone: text().notNull(),
    backboneFingerprint: text().notNull(),
    state: sweepState().notNull().default('waiting'),
    error: text(),
    /** Trials in flight at one time; the sweep file's until a person says otherwise. */
    window: integer().notNull().default(4),
    /** Of trials that are added later; the others have their own. */
    priority: priority(),
    createdAt: time().notNull().defaultNow(),
    startedAt: time(),
    finishedAt: time(),
  },
  (table) => [index('sweeps_by_backbone').on(table.backboneFingerprint, table.createdAt)],
);

export const trials = pgTable(
  'trials',
  {
    id: uuid().primaryKey(),
    sweepId: uuid()
      .notNull()
      .references(() => sweeps.id, { onDelete: 'cascade' }),
    position: integer().notNull(),
    trialKey: text().notNull(),
    configurationKey: text().notNull(),
    /** Fully resolved; the columns below repeat what people filter and group by. */
    trial: jsonb().$type<Trial>().notNull(),
    task: text().notNull(),
    method: text().notNull(),
    /** The lowest, where there are several. */
    insertionLayer: integer(),
    /** All of them: `6+9`. */
    insertionLayers: text(),
    promptLength: integer(),
    generator: text(),
    regime: regimeKind().notNull(),
    k: integer(),
    dataSeed: integer().notNull(),
    trainSeed: integer().notNull(),
    metric: metric().notNull(),
    bottleneck: integer(),
    learningRate: doublePrecision().notNull(),
    batchSize: integer().notNull(),
    /** Estimated arithmetic, from which speed and time left are reckoned. */
    stepFlops: doublePrecision().notNull(),
    /** Tokens of text that one training step reads. */
    stepTokens: doublePrecision().notNull().default(0),
    backboneParameters: integer().notNull().default(0),
    flops: doublePrecision().notNull(),
    /** Estimated peak of a trainer: smaller devices are not asked. */
    memoryMib: doublePrecision().notNull().default(0),
    state: trialState().notNull().default('waiting'),
    /** Of a running trial that a person, or a stopping rule, told to stop: what it shall be then. */
    stopAs: trialState(),
    /** Why a stopping rule ended it, or is about to. */
    stopReason: jsonb().$type<StopReason>(),
    /** A person had it go on after it was stopped early: no rule stops it any more. */
    isSpared: boolean().notNull().default(false),
    priority: priority(),
    /** The current attempt's number, 0 before the first: a write that carries another one is refused. */
    attempt: integer().notNull().default(0),
    devScore: doublePrecision(),
    testScore: doublePrecision(),
    selectedStep: integer(),
    steps: integer(),
    /** Split → examples that were too long for the backbone and lost text. */
    shortened: jsonb().$type<Shortened>(),
    trainableParameters: integer(),
    msPerStep: doublePrecision(),
    /** Whether other trials took part in steps that were timed: such times are not compared with those of a trial alone. */
    measuredJointly: boolean(),
    /** Of all its steps, those taken together with other trials. */
    jointSteps: integer(),
    /** Share of the hidden states read that were found kept; null where none were. */
    cacheHitRate: doublePrecision(),
    /** What its time in trainers went to; null where it was not measured. */
    forwardSeconds: doublePrecision(),
    backwardSeconds: doublePrecision(),
    evaluationSeconds: doublePrecision(),
    waitingSeconds: doublePrecision(),
    peakMemoryMib: doublePrecision(),
    errorKind: errorKind(),
    errorMessage: text(),
    startedAt: time(),
    finishedAt: time(),
  },
  (table) => [
    unique('trials_key_once_per_sweep').on(table.sweepId, table.trialKey),
    // Postgres sorts NaN above every number: such a score would be the best of all.
    check(
      'trials_complete_with_scores',
      sql`${table.state} <> 'complete' or (${table.devScore} is not null and ${table.devScore} <= 1 and ${table.testScore} is not null and ${table.testScore} <= 1)`,
    ),
    // Pages of results, and a trial by its place.
    index('trials_in_order').on(table.sweepId, table.position),
    // A trial by the first characters of its key.
    index('trials_by_key').on(table.trialKey.op('text_pattern_ops')),
    index('trials_waiting_in_order')
      .on(table.sweepId, table.priority, table.position)
      .where(sql`${table.state} = 'waiting'`),
    index('trials_counted_by_state').on(table.sweepId, table.state),
    index('trials_complete_by_configuration_and_seed')
      .on(table.sweepId, table.configurationKey, table.dataSeed)
      .where(sql`${table.state} = 'complete'`),
    index('trials_recently_complete')
      .on(table.sweepId, table.finishedAt)
      .where(sql`${table.state} = 'complete'`),
  ],
);

/** One execution of a trial. */
export const attempts = pgTable(
  'attempts',
  {
    trialId: trialId(),
    attempt: integer().notNull(),
    state: attemptState().notNull().default('running'),
    worker: text().notNull(),
    device: text().notNull(),
    /** Temporal's run, to find the history that belongs to it. */
    workflowRunId: text().notNull(),
    /** Step of the checkpoint that it went on from; null when it began anew. */
    resumedFromStep: integer(),
    /** How often the work was halved, because attempts before it ran out of memory. */
    shrink: integer().notNull().default(0),
    /** Writes that came after another attempt had the trial, and were refused. */
    refusedWrites: integer().notNull().default(0),
    /** Null until its trainer has said what it computes with. */
    provenance: jsonb().$type<Provenance>(),
    /** What it failed with, or why it was superseded. */
    errorKind: errorKind(),
    errorMessage: text(),
    startedAt: time().notNull().defaultNow(),
    finishedAt: time(),
  },
  (table) => [
    primaryKey({ columns: [table.trialId, table.attempt] }),
    index('attempts_with_errors')
      .on(table.trialId)
      .where(sql`${table.errorKind} is not null`),
    index('attempts_running')
      .on(table.worker)
      .where(sql`${table.state} = 'running'`),
  ],
);

export const evaluations = pgTable(
  'evaluations',
  {
    trialId: trialId(),
    split: split().notNull(),
    step: integer().notNull(),
    attempt: integer().notNull(),
    metric: metric().notNull(),
    score: doublePrecision().notNull(),
    /** Metric → value, of the metrics that the score is put together of; null where it stands for itself. */
    parts: jsonb().$type<Parts>(),
    loss: doublePrecision().notNull(),
    examples: integer().notNull(),
    /** Index of the predicted label per example, in the split's own order; on tests only. */
    predictions: integer().array(),
    /** The right ones, by the same index and in the same order. */
    labels: integer().array(),
    recordedAt: time().notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.trialId, table.split, table.step] })],
);

export const metrics = pgTable(
  'metrics',
  {
    trialId: trialId(),
    name: curve().notNull(),
    step: integer().notNull(),
    attempt: integer().notNull(),
    value: doublePrecision().notNull(),
  },
  (table) => [primaryKey({ columns: [table.trialId, table.name, table.step] })],
);

export const checkpoints = pgTable(
  'checkpoints',
  {
    trialId: trialId(),
    kind: checkpointKind().notNull(),
    attempt: integer().notNull(),
    step: integer().notNull(),
    bytes: bytea().notNull(),
    savedAt: time().notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.trialId, table.kind] })],
);

/** Files of data sets in compressed pieces, once per fingerprint: whatever machine trains finds them here. */
export const dataParts = pgTable(
  'data_parts',
  {
    /** Over the files' contents and their column mapping, as in every trial that names them. */
    fingerprint: text().notNull(),
    split: text().$type<DataSplit>().notNull(),
    extension: text().notNull(),
    part: integer().notNull(),
    /** gzip. */
    bytes: bytea().notNull(),
  },
  (table) => [primaryKey({ columns: [table.fingerprint, table.split, table.part] })],
);

/** Published figures, each with its source. Measured baselines are ordinary trials. */
export const baselines = pgTable(
  'baselines',
  {
    id: uuid().primaryKey(),
    paper: text().notNull(),
    /** The table's number in the paper. */
    paperTable: text().notNull(),
    backbone: text().notNull(),
    task: text().notNull(),
    regime: regimeKind().notNull(),
    /** As of trials; null with the full data, and where the file does not say. */
    k: integer(),
    method: text().notNull(),
    metric: text().notNull(),
    /** In [0, 1], as measured scores are. */
    score: doublePrecision().notNull(),
    sd: doublePrecision(),
    parameters: integer(),
    source: text().notNull(),
  },
  (table) => [
    // Two, for a null equals no other null.
    uniqueIndex('baselines_figure_once')
      .on(table.paper, table.paperTable, table.backbone, table.task, table.regime, table.method, table.metric)
      .where(sql`${table.k} is null`),
    unique('baselines_figure_once_with_k').on(
      table.paper,
      table.paperTable,
      table.backbone,
      table.task,
      table.regime,
      table.k,
      table.method,
      table.metric,
    ),
    index('baselines_by_task').on(table.task),
  ],
);
