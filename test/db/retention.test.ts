import { randomUUID } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginAttempt } from '../../db/begin-attempt.ts';
import { loadCheckpoint, saveCheckpoint } from '../../db/checkpoints.ts';
import { listStoredFiles, saveDataSet } from '../../db/data-sets.ts';
import { listMetrics, recordMetrics } from '../../db/metrics.ts';
import { pruneCheckpoints, pruneDataSets, pruneMetrics } from '../../db/retention.ts';
import { checkpoints, trials } from '../../db/schema.ts';
import { createSweep } from '../../db/sweeps.ts';
import { failTrial, finishTrial, listWaiting } from '../../db/trials.ts';
import { endInOrder, partialSweep, type Ending } from '../support/endings.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { outcomeOf, smallSweep } from '../support/trials.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

/** Data seed 13: LPT at layer 3 complete with dev 0.7, at layer 6 complete with 0.8, and seed 21's first still running. */
async function someTrials() {
  const { sweep } = await createSweep(own.database, smallSweep());
  const ids = await listWaiting(own.database, { sweepId: sweep.id, limit: 5 });
  const [, , worse, better, running] = ids as [string, string, string, string, string];
  for (const [trialId, dev] of [
    [worse, 0.7],
    [better, 0.8],
    [running, null],
  ] as const) {
    await beginAttempt(own.database, { trialId, worker: 'host-1', device: 'cpu', workflowRunId: 'run-1' });
    const writer = { trialId, attempt: 1 };
    await recordMetrics(own.database, {
      ...writer,
      points: [
        { step: 1, name: 'loss', value: 1 },
        { step: 2, name: 'loss', value: 2 },
      ],
    });
    await saveCheckpoint(own.database, { ...writer, kind: 'best', step: 20, bytes: new Uint8Array(100) });
    if (dev !== null) await finishTrial(own.database, { ...writer, outcome: outcomeOf(dev, 0.5) });
  }
  return { sweepId: sweep.id, worse, better, running };
}

const tomorrow = () => new Date(Date.now() + 86_400_000);

test('curves of trials that ended before the day are forgotten, and those of a running one stay', async () => {
  const { sweepId, worse, running } = await someTrials();
  const choice = { sweepId, endedBefore: tomorrow() };
  const announced = await pruneMetrics(own.database, { ...choice, isDryRun: true });
  expect(announced.rows).toBe(4);
  expect(announced.bytes).toBeGreaterThan(0);
  expect(await listMetrics(own.database, worse)).toHaveLength(2);
  const freed = await pruneMetrics(own.database, { ...choice, isDryRun: false });
  expect(freed.rows).toBe(announced.rows);
  expect(await listMetrics(own.database, worse)).toEqual([]);
  expect(await listMetrics(own.database, running)).toHaveLength(2);
});

test('nothing is forgotten of trials that ended after the day', async () => {
  const { sweepId } = await someTrials();
  const longAgo = { sweepId, endedBefore: new Date(0), isDryRun: false };
  expect(await pruneMetrics(own.database, longAgo)).toEqual({ rows: 0, bytes: 0 });
});

test('weights stay where they are best on dev for their method and seeds, or the trial still runs', async () => {
  const { sweepId, worse, better, running } = await someTrials();
  const choice = { sweepId, endedBefore: tomorrow() };
  expect(await pruneCheckpoints(own.database, { ...choice, isDryRun: true })).toEqual({ rows: 1, bytes: 100 });
  expect(await pruneCheckpoints(own.database, { ...choice, isDryRun: false })).toEqual({ rows: 1, bytes: 100 });
  const weightsOf = (trialId: string) => loadCheckpoint(own.database, { trialId, kind: 'best' });
  expect(await weightsOf(worse)).toBeNull();
  expect(await weightsOf(better)).not.toBeNull();
  expect(await weightsOf(running)).not.toBeNull();
});

/** Ends LPT at layers 3, 6 and 9, on data seed 13 and then on 21. @returns for each its layer, its seed and whether its weights are there after pruning */
async function weightsLeft(
  endings: readonly Ending[],
): Promise<[layer: number | null, seed: number, isThere: boolean][]> {
  const methods = '\n  - { method: lpt, insertionLayer: [3, 6, 9], promptLength: 5 }';
  const { sweepId, ids } = await partialSweep(own.database, { name: randomUUID(), methods });
  await endInOrder(own.database, { sweepId, endings });
  for (const trialId of ids)
    await own.database
      .insert(checkpoints)
      .values({ trialId, kind: 'best', attempt: 1, step: 20, bytes: new Uint8Array(100) });
  await pruneCheckpoints(own.database, { sweepId, endedBefore: tomorrow(), isDryRun: false });
  const left = new Set((await own.database.select({ id: checkpoints.trialId }).from(checkpoints)).map(({ id }) => id));
  const rows = await own.database
    .select()
    .from(trials)
    .where(and(eq(trials.sweepId, sweepId), eq(trials.state, 'complete')))
    .orderBy(trials.position);
  return rows.map(({ id, insertionLayer, dataSeed }) => [insertionLayer, dataSeed, left.has(id)]);
}

test('weights stay of the configuration that is best over its seeds, though another is best on each', async () => {
  // On dev 0.75, 0.85 and 0.75.
  expect(await weightsLeft([0.9, 0.85, 0.6, 0.6, 0.85, 0.9])).toEqual([
    [3, 13, true],
    [6, 13, true],
    [9, 13, false],
    [3, 21, false],
    [6, 21, true],
    [9, 21, true],
  ]);
});

test('weights stay of the best that is whole, though what is left of another is better', async () => {
  // Layer 3 is best on seed 13 with what is left of it, layer 9 on seed 21; over both 6 has 0.75 and 9 has 0.7.
  expect(await weightsLeft([0.95, 0.75, 0.5, 'diverged', 0.75, 0.9])).toEqual([
    [3, 13, true],
    [6, 13, true],
    [9, 13, false],
    [6, 21, true],
    [9, 21, true],
  ]);
});

/** A sweep of its own data set, which is stored, and its trials' ids. */
async function onData(fingerprint: string): Promise<{ sweepId: string; ids: string[] }> {
  const planned = smallSweep();
  for (const { trial } of planned.trials) trial.task = { ...trial.task, data: { ...trial.task.data, fingerprint } };
  const { sweep } = await createSweep(own.database, planned);
  async function* parts() {
    for (const part of [0, 1]) yield await Promise.resolve({ ...TRAIN, part, bytes: new Uint8Array(50) });
  }
  await saveDataSet(own.database, { fingerprint, parts: parts() });
  return { sweepId: sweep.id, ids: await listWaiting(own.database, { sweepId: sweep.id, limit: 100 }) };
}

const TRAIN = { split: 'train', extension: '.tsv' } as const;

async function complete(trialIds: readonly string[]): Promise<void> {
  for (const trialId of trialIds) {
    await beginAttempt(own.database, { trialId, worker: 'host-1', device: 'cpu', workflowRunId: 'run-1' });
    await finishTrial(own.database, { trialId, attempt: 1, outcome: outcomeOf(0.7, 0.5) });
  }
}

test('stored data is forgotten when every trial of every sweep that names it is complete', async () => {
  const [first, second] = [await onData('shared'), await onData('shared')];
  await complete(first.ids);
  await complete(second.ids.slice(1));
  const nothing = { rows: 0, bytes: 0 };
  expect(await pruneDataSets(own.database, { sweepId: first.sweepId, isDryRun: false })).toEqual(nothing);
  await complete(second.ids.slice(0, 1));
  const other = await onData('of another sweep');
  await complete(other.ids);
  const which = { sweepId: first.sweepId };
  expect(await pruneDataSets(own.database, { ...which, isDryRun: true })).toEqual({ rows: 2, bytes: 100 });
  expect(await listStoredFiles(own.database, 'shared')).toEqual([TRAIN]);
  expect(await pruneDataSets(own.database, { ...which, isDryRun: false })).toEqual({ rows: 2, bytes: 100 });
  expect(await listStoredFiles(own.database, 'shared')).toEqual([]);
  expect(await listStoredFiles(own.database, 'of another sweep')).toEqual([TRAIN]);
});

test('stored data of a trial that failed stays, and what no trial names goes', async () => {
  const { ids } = await onData('failed once');
  await complete(ids.slice(1));
  await failTrial(own.database, { trialId: ids[0]!, attempt: null, error: { kind: 'data', message: 'row 3' } });
  async function* parts() {
    yield await Promise.resolve({ ...TRAIN, part: 0, bytes: new Uint8Array(7) });
  }
  await saveDataSet(own.database, { fingerprint: 'of nobody', parts: parts() });
  await pruneDataSets(own.database, { isDryRun: false });
  expect(await listStoredFiles(own.database, 'failed once')).toEqual([TRAIN]);
  expect(await listStoredFiles(own.database, 'of nobody')).toEqual([]);
});
