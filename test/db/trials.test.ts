import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endAttempt, listAttempts } from '../../db/attempts.ts';
import { type Begun, beginAttempt } from '../../db/begin-attempt.ts';
import { loadCheckpoint, saveCheckpoint } from '../../db/checkpoints.ts';
import { QueryError, StaleAttemptError, UnknownTrialError } from '../../db/errors.ts';
import { listEvaluations, recordEvaluation } from '../../db/evaluations.ts';
import { listMetrics, recordMetrics } from '../../db/metrics.ts';
import { haltTrials, requeueTrials } from '../../db/orders.ts';
import { countStates, createSweep } from '../../db/sweeps.ts';
import { failTrial, finishTrial, listWaiting, stopTrial } from '../../db/trials.ts';
import { parseSweep } from '../../sweep/parse.ts';
import type { Evaluation, MetricPoint } from '../../training/messages.ts';
import { type TestDatabase, createTestDatabase } from '../support/postgres.ts';
import { findTrial, outcomeOf, planOf, smallSweep } from '../support/trials.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

const WORKER = { worker: 'host-1', device: 'cpu', workflowRunId: 'run-1' };
const EVALUATION: Evaluation = {
  step: 20,
  split: 'dev',
  metric: 'accuracy',
  score: 0.75,
  loss: 0.5,
  examples: 100,
};
const UNKNOWN = '00000000-0000-4000-8000-000000000000';

async function sweepOf(): Promise<{ sweepId: string; ids: string[] }> {
  const { sweep } = await createSweep(own.database, smallSweep());
  return { sweepId: sweep.id, ids: await listWaiting(own.database, { sweepId: sweep.id, limit: 100 }) };
}

async function begin(trialId: string): Promise<Begun> {
  const begun = await beginAttempt(own.database, { trialId, ...WORKER });
  if (begun.kind !== 'begun') throw new Error(`Expected trial ${trialId} to begin, found it ${begun.kind}.`);
  return begun;
}

async function begunTrial(): Promise<{ trialId: string; attempt: number; sweepId: string }> {
  const { sweepId, ids } = await sweepOf();
  const trialId = ids[0]!;
  return { trialId, sweepId, attempt: (await begin(trialId)).attempt };
}

describe('what waits', () => {
  test('is listed in running order, without those already taken', async () => {
    const { sweepId, ids } = await sweepOf();
    expect(await listWaiting(own.database, { sweepId, limit: 2 })).toEqual(ids.slice(0, 2));
    expect(await listWaiting(own.database, { sweepId, limit: 2, except: [ids[0]!] })).toEqual(ids.slice(1, 3));
    await begin(ids[1]!);
    expect(await listWaiting(own.database, { sweepId, limit: 2 })).toEqual([ids[0], ids[2]]);
  });

  test('can be cancelled at once, and running trials are marked to stop', async () => {
    const { sweepId, ids } = await sweepOf();
    await begin(ids[0]!);
    expect(await haltTrials(own.database, { sweepId, as: 'cancelled' })).toMatchObject({ changed: 7, stopping: 1 });
    // Said again it is counted again: the first may not have been heard.
    expect(await haltTrials(own.database, { sweepId, as: 'cancelled' })).toMatchObject({ changed: 0, stopping: 1 });
    expect(await countStates(own.database, sweepId)).toMatchObject({ running: 1, cancelled: 7, waiting: 0 });
  });
});

describe('an attempt', () => {
  test('is numbered from 1, and a later one supersedes it', async () => {
    const { ids } = await sweepOf();
    const first = await begin(ids[0]!);
    const second = await begin(ids[0]!);
    expect([first.attempt, second.attempt]).toEqual([1, 2]);
    const states = (await listAttempts(own.database, ids[0]!)).map(({ state }) => state);
    expect(states).toEqual(['superseded', 'running']);
  });

  test('gets the trial, the checkpoint of an earlier one, and the layers that the sweep still needs', async () => {
    const { trialId, attempt } = await begunTrial();
    const bytes = Uint8Array.from([0, 1, 254, 255]);
    await saveCheckpoint(own.database, { trialId, attempt, kind: 'last', step: 20, bytes });
    const second = await begin(trialId);
    expect(second.checkpoint?.step).toBe(20);
    expect(new Uint8Array(second.checkpoint!.bytes)).toEqual(bytes);
    expect(second.trial.method).toEqual({ method: 'zero-shot' });
    expect(second.layersToKeep).toEqual([3, 6]);
    expect((await listAttempts(own.database, trialId))[1]).toMatchObject({ resumedFromStep: 20, worker: 'host-1' });
  });

  test('is told of every layer below which some method of the sweep leaves the backbone as it is', async () => {
    const name = 'layers-read';
    const source = `
name: ${name}
tasks: [mr]
regime: { fewShot: 32, devSize: 100 }
dataSeeds: 13
methods: [adapter-drop, { method: lpt, insertionLayer: [2, [3, 9]] }, s-idpg, linear-probe, full-tuning]
`;
    const asked = { name, source, spec: parseSweep(source), trials: planOf(source).trials };
    const { sweep } = await createSweep(own.database, asked);
    const [first] = await listWaiting(own.database, { sweepId: sweep.id, limit: 1 });
    expect((await begin(first!)).layersToKeep).toEqual([2, 3, 5]);
  });

  test('is refused for a trial that has ended; a complete one gives its outcome back', async () => {
    const { trialId, attempt } = await begunTrial();
    const outcome = outcomeOf(0.8, 0.7);
    await finishTrial(own.database, { trialId, attempt, outcome });
    const settled = await beginAttempt(own.database, { trialId, ...WORKER });
    expect(settled).toEqual({ kind: 'settled', isNew: false, state: 'complete', outcome });
  });

  test('of an unknown trial is an error that says so', async () => {
    await expect(beginAttempt(own.database, { trialId: UNKNOWN, ...WORKER })).rejects.toThrow(UnknownTrialError);
  });
});

describe('every write twice leaves what it leaves once', () => {
  test('evaluations, with test predictions as they were', async () => {
    const of = await begunTrial();
    const scored: Evaluation = { ...EVALUATION, split: 'test', predictions: [0, 1, 1, 0] };
    for (const evaluation of [EVALUATION, scored, EVALUATION, scored])
      await recordEvaluation(own.database, { ...of, evaluation });
    const stored = await listEvaluations(own.database, of.trialId);
    expect(stored).toHaveLength(2);
    expect(stored[0]).toMatchObject({ ...EVALUATION, attempt: 1, predictions: null });
    expect(stored[1]).toMatchObject(scored);
  });

  test('metrics, of more points than one statement holds', async () => {
    const of = await begunTrial();
    const points = Array.from({ length: 1200 }, (_, step): MetricPoint => ({
      step,
      name: 'loss',
      value: 1 / (step + 1),
    }));
    await recordMetrics(own.database, { ...of, points });
    await recordMetrics(own.database, { ...of, points: [...points, { step: 5, name: 'loss', value: 9 }] });
    const stored = await listMetrics(own.database, of.trialId);
    expect(stored).toHaveLength(1200);
    expect(stored[5]).toEqual({ step: 5, name: 'loss', value: 9 });
    await recordMetrics(own.database, { ...of, points: [] });
  });

  test('metrics that are no numbers any more', async () => {
    const of = await begunTrial();
    const points = [NaN, Infinity].map((value, step): MetricPoint => ({ step, name: 'loss', value }));
    await recordMetrics(own.database, { ...of, points });
    expect(await listMetrics(own.database, of.trialId)).toEqual(points);
  });

  test('checkpoints, one a kind', async () => {
    const of = await begunTrial();
    const save = (kind: 'last' | 'best', step: number) =>
      saveCheckpoint(own.database, { ...of, kind, step, bytes: new Uint8Array(1000).fill(step) });
    await save('last', 20);
    await save('best', 20);
    await save('last', 40);
    await save('last', 40);
    const last = await loadCheckpoint(own.database, { trialId: of.trialId, kind: 'last' });
    expect(last).toMatchObject({ step: 40 });
    expect(new Set(last!.bytes)).toEqual(new Set([40]));
    expect(await loadCheckpoint(own.database, { trialId: of.trialId, kind: 'best' })).toMatchObject({ step: 20 });
  });

  test('the end of a trial, with the weights that scored, from which nothing goes on', async () => {
    const of = await begunTrial();
    await saveCheckpoint(own.database, { ...of, kind: 'last', step: 40, bytes: new Uint8Array([4]) });
    const best = new Uint8Array([9]);
    const finish = () => finishTrial(own.database, { ...of, outcome: outcomeOf(0.8, 0.7), best });
    await finish();
    const once = await findTrial(own.database, of.trialId);
    await finish();
    expect(await findTrial(own.database, of.trialId)).toEqual(once);
    expect(once).toMatchObject({ state: 'complete', devScore: 0.8, testScore: 0.7, selectedStep: 20, attempt: 1 });
    expect((await listAttempts(own.database, of.trialId))[0]).toMatchObject({ state: 'complete', refusedWrites: 0 });
    const load = (kind: 'last' | 'best') => loadCheckpoint(own.database, { trialId: of.trialId, kind });
    expect(await load('best')).toMatchObject({ step: 20 });
    expect(await load('last')).toBeNull();
  });

  test('failure, with its kind and message; it never overwrites a result', async () => {
    const error = { kind: 'diverged', message: 'loss is NaN at step 3' } as const;
    const of = await begunTrial();
    expect(await failTrial(own.database, { ...of, error })).toBe('failed');
    expect(await failTrial(own.database, { ...of, attempt: null, error: { kind: 'unknown', message: '' } })).toBe(
      'failed',
    );
    const failed = await findTrial(own.database, of.trialId);
    expect(failed).toMatchObject({ state: 'failed', errorKind: 'diverged', errorMessage: error.message });
    const finished = await begunTrial();
    await finishTrial(own.database, { ...finished, outcome: outcomeOf(0.8, 0.7) });
    expect(await failTrial(own.database, { ...finished, attempt: null, error })).toBe('complete');
    expect(await stopTrial(own.database, finished)).toBe('complete');
  });

  test('cancellation, of a waiting trial too', async () => {
    const { ids } = await sweepOf();
    expect(await stopTrial(own.database, { trialId: ids[0]! })).toBe('cancelled');
    expect(await stopTrial(own.database, { trialId: ids[0]! })).toBe('cancelled');
    expect(await findTrial(own.database, ids[0]!)).toMatchObject({ state: 'cancelled', attempt: 0, errorKind: null });
  });
});

test('a score that is no number is refused: it would be the best of all', async () => {
  const of = await begunTrial();
  await expect(finishTrial(own.database, { ...of, outcome: outcomeOf(NaN, 0.5) })).rejects.toThrow(QueryError);
  expect(await findTrial(own.database, of.trialId)).toMatchObject({ state: 'running', devScore: null });
});

test('an error message with what Postgres cannot hold is kept without it', async () => {
  const { trialId, attempt } = await begunTrial();
  await failTrial(own.database, { trialId, attempt, error: { kind: 'unknown', message: `a\0b${'c'.repeat(9000)}` } });
  expect((await findTrial(own.database, trialId)).errorMessage).toMatch(/^abc+$/);
});

describe('the fence', () => {
  const writes: [string, (of: { trialId: string; attempt: number }) => Promise<unknown>][] = [
    ['an evaluation', (of) => recordEvaluation(own.database, { ...of, evaluation: EVALUATION })],
    ['metrics', (of) => recordMetrics(own.database, { ...of, points: [{ step: 1, name: 'loss', value: 1 }] })],
    ['a checkpoint', (of) => saveCheckpoint(own.database, { ...of, kind: 'last', step: 1, bytes: new Uint8Array(1) })],
    ['the end', (of) => finishTrial(own.database, { ...of, outcome: outcomeOf(1, 1) })],
    ['a failure', (of) => failTrial(own.database, { ...of, error: { kind: 'unknown', message: 'late' } })],
    ['that it has stopped', (of) => stopTrial(own.database, of)],
  ];

  test.each(writes)('refuses %s by an attempt that another has superseded', async (_what, write) => {
    const orphan = await begunTrial();
    await begin(orphan.trialId);
    await expect(write(orphan)).rejects.toThrow(StaleAttemptError);
    expect(await findTrial(own.database, orphan.trialId)).toMatchObject({ state: 'running', attempt: 2 });
    expect(await listEvaluations(own.database, orphan.trialId)).toEqual([]);
    const refused = (await listAttempts(own.database, orphan.trialId)).map(({ refusedWrites }) => refusedWrites);
    expect(refused).toEqual([1, 0]);
  });

  test.each(writes)('refuses %s for a trial that was sent back to waiting', async (_what, write) => {
    const orphan = await begunTrial();
    await requeueTrials(own.database, { sweepId: orphan.sweepId, states: ['running'] });
    await expect(write(orphan)).rejects.toThrow(StaleAttemptError);
    expect(await findTrial(own.database, orphan.trialId)).toMatchObject({ state: 'waiting', attempt: 1 });
  });

  test('lets either the orphan end the trial or the new attempt begin, never both', async () => {
    const orphan = await begunTrial();
    const [ended, next] = await Promise.allSettled([
      finishTrial(own.database, { ...orphan, outcome: outcomeOf(0.5, 0.5) }),
      beginAttempt(own.database, { trialId: orphan.trialId, ...WORKER }),
    ]);
    const begun = next.status === 'fulfilled' && next.value.kind === 'begun';
    expect(begun).toBe(ended.status === 'rejected');
  });
});

describe('a resumed sweep', () => {
  test('sends exactly the failed trials back, keeping their checkpoints and their count of attempts', async () => {
    const { sweepId, ids } = await sweepOf();
    const [complete, failed, cancelled] = [ids[0]!, ids[1]!, ids[2]!];
    for (const trialId of [complete, failed]) await begin(trialId);
    await finishTrial(own.database, { trialId: complete, attempt: 1, outcome: outcomeOf(0.8, 0.7) });
    const checkpoint = { trialId: failed, attempt: 1, kind: 'last', step: 20, bytes: new Uint8Array(4) } as const;
    await saveCheckpoint(own.database, checkpoint);
    await failTrial(own.database, { trialId: failed, attempt: 1, error: { kind: 'unknown', message: 'gone' } });
    await stopTrial(own.database, { trialId: cancelled });
    expect(await requeueTrials(own.database, { sweepId, states: ['failed'] })).toMatchObject({ changed: 1 });
    expect(await requeueTrials(own.database, { sweepId, states: ['failed'] })).toMatchObject({ changed: 0 });
    expect(await findTrial(own.database, failed)).toMatchObject({ state: 'waiting', errorKind: null, attempt: 1 });
    expect(await begin(failed)).toMatchObject({ attempt: 2, checkpoint: { step: 20 } });
    const chosen = {
      ids: [complete, cancelled, ids[3]!],
      states: ['failed', 'cancelled'] as ('failed' | 'cancelled')[],
    };
    expect(await requeueTrials(own.database, { sweepId, ...chosen })).toMatchObject({ changed: 1 });
    expect(await countStates(own.database, sweepId)).toMatchObject({ complete: 1, running: 1, waiting: 6 });
  });
});

test('an attempt that is overtaken or ended keeps why, and its late writes are counted with it', async () => {
  const { trialId, attempt } = await begunTrial();
  const error = { kind: 'worker-lost', message: 'silence' } as const;
  const ended = await endAttempt(own.database, { trialId, workflowRunId: WORKER.workflowRunId, error });
  expect(ended).toEqual({ lastAttempt: 1 });
  for (const points of [[], []])
    await expect(recordMetrics(own.database, { trialId, attempt, points })).rejects.toThrow(StaleAttemptError);
  expect((await listAttempts(own.database, trialId))[0]).toMatchObject({
    ...{ state: 'superseded', errorKind: 'worker-lost', errorMessage: 'silence', refusedWrites: 2 },
  });
  await begin(trialId);
  const overtaken = beginAttempt(own.database, { trialId, ...WORKER, lastAttempt: 1 });
  await expect(overtaken).rejects.toThrow(StaleAttemptError);
  expect(await findTrial(own.database, trialId)).toMatchObject({ state: 'running', attempt: 2 });
});
