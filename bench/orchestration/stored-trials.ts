// A database as it stands after years of sweeps: one of 10,000 trials, the rest in sweeps of a thousand, all with their
// curves, scores, attempts and weights. Postgres multiplies one planned sweep by itself, so that every row is a real one.
import { sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { createSweep } from '../../db/sweeps.ts';
import type { SweepFacts } from '../../sweep/facts.ts';
import { parseSweep } from '../../sweep/parse.ts';
import { expand, type PlannedTrial } from '../../sweep/plan.ts';
import type { DataSource } from '../../sweep/task.ts';
import { FACTS } from '../../test/support/trials.ts';

export interface Wanted {
  /** In all sweeps together. */
  trials: number;
  /** Rows of `metrics` for each of them. */
  metricsPerTrial: number;
  /** Files that are there, for who reads texts. */
  data?: DataSource;
  say: (text: string) => void;
}

export interface Stored {
  /** The sweep that is measured: 10,000 trials, or all there are. */
  name: string;
  sweepId: string;
  /** As they went in. */
  planned: readonly PlannedTrial[];
}

/** That each trial was scored on. */
export const TEST_EXAMPLES = 200;
const CURVES = 3;
const LARGEST_SWEEP = 10_000;
/** Configurations of the measured sweep: 10 layers × 5 lengths × 2 generators × 9 rates, and two baselines of 50 each. */
const CONFIGURATIONS = 1_000;

export async function storeTrials(database: Database, wanted: Wanted): Promise<Stored> {
  const { trials, data, say } = wanted;
  const seeds = Math.max(1, Math.min(LARGEST_SWEEP, trials) / CONFIGURATIONS);
  const source = sourceOf('measured', seeds);
  const spec = parseSweep(source);
  const { trials: planned } = expand(spec, factsWith(data), source);
  const { sweep } = await createSweep(database, { name: 'measured', source, spec, trials: planned });
  const copies = Math.max(0, Math.round((trials - planned.length) / CONFIGURATIONS));
  for (let copy = 0; copy < copies; copy += 1) await copySweep(database, sweep.id, copy % seeds);
  say(`${planned.length + copies * CONFIGURATIONS} trials in ${copies + 1} sweeps`);
  await endTrials(database, sweep.id);
  await addRows(database, wanted);
  await database.execute(sql`analyze`);
  return { name: 'measured', sweepId: sweep.id, planned };
}

function factsWith(data: DataSource | undefined): SweepFacts {
  const { mr } = FACTS.tasks;
  return mr && data ? { ...FACTS, tasks: { mr: { ...mr, data } } } : FACTS;
}

function sourceOf(name: string, seeds: number): string {
  return `
name: ${name}
tasks: [mr]
regime: { fewShot: 32, devSize: 100 }
dataSeeds: { from: 1, to: ${seeds} }
training: { steps: 1000, evaluateEvery: 100 }
maxTrials: ${LARGEST_SWEEP}
methods:
  - { method: prompt-tuning, promptLength: [1, 5, 10, 20, 50], training: { learningRate: ${rates(10)} } }
  - { method: lora, rank: [1, 2, 4, 8, 16], training: { learningRate: ${rates(10)} } }
  - method: lpt
    insertionLayer: { from: 1, to: 10 }
    promptLength: [1, 5, 10, 15, 20]
    generator: [none, mppg]
    training: { learningRate: ${rates(9)} }
`;
}

function rates(count: number): string {
  return `[${Array.from({ length: count }, (_, index) => `${index + 1}.0e-3`).join(', ')}]`;
}

/** One data seed of the measured sweep, as a sweep of its own. */
async function copySweep(database: Database, sweepId: string, seed: number): Promise<void> {
  await database.execute(sql`
    with copied as (
      insert into sweeps (id, name, source, spec, content_hash, backbone, backbone_fingerprint, state, created_at)
      select gen_random_uuid(), 'copy-' || gen_random_uuid(), source, spec, content_hash, backbone,
        backbone_fingerprint, 'complete', now() - random() * interval '700 days'
      from sweeps where id = ${sweepId} returning id)
    insert into trials (id, sweep_id, position, trial_key, configuration_key, trial, task, method, insertion_layer,
      prompt_length, generator, regime, k, data_seed, train_seed, metric, bottleneck, learning_rate, batch_size, step_flops, flops)
    select gen_random_uuid(), copied.id, (row_number() over (order by position))::integer - 1,
      trial_key, configuration_key, trial, task, method, insertion_layer, prompt_length, generator, regime, k,
      data_seed, train_seed, metric, bottleneck, learning_rate, batch_size, step_flops, flops
    from trials, copied where trials.sweep_id = ${sweepId} and data_seed = ${seed + 1}`);
}

/** Of the measured sweep one in twenty waits and one in a hundred failed; of the others all are complete. */
async function endTrials(database: Database, sweepId: string): Promise<void> {
  await database.execute(sql`
    update trials set
      attempt = 1, state = 'complete', dev_score = 0.5 + random() / 2, test_score = 0.5 + random() / 2,
      selected_step = 900, steps = 1000, trainable_parameters = 10000 + position, ms_per_step = 50 + 10 * random(),
      peak_memory_mib = 1000, shortened = '{"train": 0, "dev": 1, "test": 2}',
      started_at = now() - interval '1 day', finished_at = now() - random() * interval '1 day'
    where not (sweep_id = ${sweepId} and position % 20 = 0)`);
  await database.execute(sql`
    update trials set state = 'failed', error_kind = 'diverged', dev_score = null, test_score = null,
      error_message = 'Expected the loss to be a number, found NaN at step ' || position || '.'
    where sweep_id = ${sweepId} and position % 100 = 1`);
  await database.execute(sql`
    update trials set state = 'running', dev_score = null, test_score = null, finished_at = null
    where sweep_id = ${sweepId} and position % 2500 = 2`);
}

async function addRows(database: Database, { metricsPerTrial, say }: Wanted): Promise<void> {
  await database.execute(sql`
    insert into attempts (trial_id, attempt, state, worker, device, workflow_run_id, started_at, finished_at)
    select id, 1, state::text::attempt_state, '1@host/cpu', 'cpu', gen_random_uuid(), finished_at - interval '1 minute',
      finished_at
    from trials where state in ('complete', 'failed')`);
  await database.execute(sql`
    insert into evaluations (trial_id, split, step, attempt, metric, score, loss, examples)
    select id, 'dev', step, 1, 'accuracy', 0.5 + random() / 2, random(), 100
    from trials, generate_series(100, 1000, 100) as step where state = 'complete'`);
  await database.execute(sql`
    insert into evaluations (trial_id, split, step, attempt, metric, score, loss, examples, predictions)
    select id, 'test', 900, 1, 'accuracy', test_score, random(), ${TEST_EXAMPLES}::integer,
      array(select (random() * 1)::integer from generate_series(1, ${TEST_EXAMPLES}::integer))
    from trials where state = 'complete'`);
  await database.execute(sql`
    insert into checkpoints (trial_id, kind, attempt, step, bytes)
    select id, 'best', 1, 900, decode(repeat(md5(id::text), 64), 'hex') from trials where state = 'complete'`);
  say('attempts, scores and weights');
  await addMetrics(database, Math.ceil(metricsPerTrial / CURVES), say);
}

/** A sweep a statement: none takes longer than a statement may. */
async function addMetrics(database: Database, steps: number, say: (text: string) => void): Promise<void> {
  const { rows } = await database.execute<{ id: string }>(sql`select id from sweeps`);
  for (const [index, { id }] of rows.entries()) {
    await database.execute(sql`
      insert into metrics (trial_id, name, step, attempt, value)
      select id, name, step * 30, 1, random()
      from trials, unnest(enum_range(null::curve)) as name, generate_series(1, ${steps}::integer) as step
      where sweep_id = ${id} and state = 'complete'`);
    if (index % 10 === 0) say(`metrics of sweep ${index + 1} of ${rows.length}`);
  }
}
