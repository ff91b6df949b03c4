// Sweeps for the page to show, each in another state, written by the very functions that workers use.
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprintData } from '../../data/dataset.ts';
import { endAttempt, recordProvenance } from '../../db/attempts.ts';
import { beginAttempt } from '../../db/begin-attempt.ts';
import type { Database } from '../../db/client.ts';
import { recordEvaluation } from '../../db/evaluations.ts';
import { recordMetrics } from '../../db/metrics.ts';
import type { NewSweep } from '../../db/new-sweep.ts';
import { createSweep, setSweepState, type SweepRow } from '../../db/sweeps.ts';
import { failTrial, finishTrial, listWaiting } from '../../db/trials.ts';
import { parseSweep } from '../../sweep/parse.ts';
import { provenanceOf } from '../../sweep/provenance.ts';
import type { DataSource } from '../../sweep/task.ts';
import { PROGRAM, TRAINER } from '../support/provenance.ts';
import { findTrial, planOf } from '../support/trials.ts';

const SECONDS = { forward: 20, backward: 50, evaluation: 10, waiting: 20 };
const ALONE = { measuredJointly: false, jointSteps: 0, cacheHitRate: 0.5, seconds: SECONDS };
const WORKERS = [
  '101@host-a/cpu/4000MiB',
  '102@host-a/cpu/4000MiB',
  '7@a-host-with-a-rather-long-name.example/gpu/24000MiB',
];

/** LPT at four layers, three lengths and two generators beside three baselines, on as many data seeds. */
export function sweepOf(name: string, seeds: number[], data?: DataSource): NewSweep {
  const source = `
name: ${name}
tasks: [mr]
regime: { fewShot: 32, devSize: 100 }
dataSeeds: [${seeds.join(', ')}]
training: { steps: 40, batchSize: 8, evaluateEvery: 10 }
methods:
  - zero-shot
  - { method: prompt-tuning, promptLength: [5, 20] }
  - { method: lora, rank: 4 }
  - { method: lpt, insertionLayer: [2, 4, 6, 9], promptLength: [1, 5, 20], generator: [none, npg] }
`;
  const { trials } = planOf(source);
  for (const { trial } of trials) if (data) trial.task = { ...trial.task, data };
  return { name, source, spec: parseSweep(source), trials };
}

export async function launched(database: Database, sweep: NewSweep): Promise<SweepRow> {
  const { sweep: row } = await createSweep(database, sweep);
  await setSweepState(database, { sweepId: row.id, state: 'running' });
  return row;
}

const TEST_EXAMPLES = 40;

/** Reviews on disk, some of which would do harm on a page that does not escape them. */
export async function reviewsIn(folder: string): Promise<DataSource> {
  const files = { train: join(folder, 'train.tsv'), test: join(folder, 'test.tsv') };
  await writeFile(files.train, reviews(200));
  await writeFile(files.test, reviews(TEST_EXAMPLES));
  const columns = { sentence: 'sentence', label: 'label' };
  return { files, columns, fingerprint: await fingerprintData(files, columns) };
}

function reviews(count: number): string {
  const rows = Array.from(
    { length: count },
    (_, index) => `a film <script>alert(${index})</script> & more\t${index % 2}`,
  );
  return `sentence\tlabel\n${rows.join('\n')}\n`;
}

/** Trains the next trials to their end, with curves and scores that depend on what they are. */
export async function complete(database: Database, { id: sweepId }: SweepRow, trials: number): Promise<void> {
  const ids = await listWaiting(database, { sweepId, limit: trials });
  for (const [index, trialId] of ids.entries()) await trainOne(database, trialId, index);
}

/** Leaves a trial running after its first evaluation. */
export async function run(database: Database, { id: sweepId }: SweepRow): Promise<void> {
  const [trialId = ''] = await listWaiting(database, { sweepId, limit: 1 });
  const attempt = await begin(database, trialId, 2);
  await evaluate(database, { trialId, attempt, step: 10, score: 0.61 });
}

/** One trial that ran out of memory once and then diverged. */
export async function fail(database: Database, { id: sweepId }: SweepRow, message: string): Promise<string> {
  const [trialId = ''] = await listWaiting(database, { sweepId, limit: 1 });
  const workflowRunId = randomUUID();
  await beginAttempt(database, { trialId, worker: WORKERS[0] ?? '', device: 'cpu', workflowRunId });
  await endAttempt(database, { trialId, workflowRunId, error: { kind: 'out-of-memory', message: 'Out of memory.' } });
  const attempt = await begin(database, trialId, 1);
  await failTrial(database, { trialId, attempt, error: { kind: 'diverged', message } });
  return trialId;
}

async function trainOne(database: Database, trialId: string, index: number): Promise<void> {
  const { method, insertionLayer, promptLength, generator, dataSeed } = await findTrial(database, trialId);
  const attempt = await begin(database, trialId, index % WORKERS.length);
  const luck = ((dataSeed * 7919 + index * 104729) % 100) / 2000;
  const late = insertionLayer === null ? 0 : 0.12 - Math.abs(insertionLayer - 6) * 0.02;
  const score = 0.62 + luck + late + (generator === 'npg' ? 0.03 : 0) + (promptLength === 5 ? 0.02 : 0);
  for (const step of [10, 20, 30, 40])
    await evaluate(database, { trialId, attempt, step, score: score - 0.2 / step - (step === 40 ? 0.01 : 0) });
  const points = Array.from({ length: 40 }, (_, step) => [
    { name: 'loss' as const, step: step + 1, value: 2 / (step + 2) + luck },
    { name: 'gradientNorm' as const, step: step + 1, value: 1 + Math.sin(step) / 3 },
    { name: 'learningRate' as const, step: step + 1, value: 1e-3 * (1 - step / 40) },
  ]);
  await recordMetrics(database, { trialId, attempt, points: points.flat() });
  const predictions = Array.from({ length: TEST_EXAMPLES }, (_, example) => (example * 7 + index) % 2);
  const test = {
    split: 'test' as const,
    step: 30,
    metric: 'accuracy' as const,
    loss: 0.6,
    examples: TEST_EXAMPLES,
    predictions,
  };
  await recordEvaluation(database, { trialId, attempt, evaluation: { ...test, score: score - 0.02 } });
  const cost = { trainableParameters: method === 'zero-shot' ? 0 : 590_848, peakMemoryMiB: 900.5 };
  const outcome = { selectedStep: 30, steps: 40, shortened: { train: 0, dev: 1, test: 2 }, ...cost, ...ALONE };
  const msPerStep = method === 'zero-shot' ? null : 90 - (insertionLayer ?? 0) * 5 + (promptLength ?? 0) + luck * 100;
  await finishTrial(database, {
    trialId,
    attempt,
    outcome: { ...outcome, devScore: score - 0.2 / 30, testScore: score - 0.02, msPerStep },
  });
}

async function begin(database: Database, trialId: string, worker: number): Promise<number> {
  const who = { worker: WORKERS[worker] ?? '', device: worker === 2 ? 'gpu' : 'cpu', workflowRunId: randomUUID() };
  const begun = await beginAttempt(database, { trialId, ...who });
  if (begun.kind !== 'begun') throw new Error(`Expected the attempt to begin, found it ${begun.kind}.`);
  await recordProvenance(database, {
    trialId,
    attempt: begun.attempt,
    provenance: provenanceOf({ trial: begun.trial, program: PROGRAM, trainer: TRAINER }),
  });
  return begun.attempt;
}

interface Scored {
  trialId: string;
  attempt: number;
  step: number;
  score: number;
}

async function evaluate(database: Database, { trialId, attempt, step, score }: Scored): Promise<void> {
  const evaluation = {
    split: 'dev' as const,
    step,
    metric: 'accuracy' as const,
    score,
    loss: 1 - score,
    examples: 100,
  };
  await recordEvaluation(database, { trialId, attempt, evaluation });
}
