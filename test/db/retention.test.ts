import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginAttempt } from '../../db/attempts.ts';
import { loadCheckpoint, saveCheckpoint } from '../../db/checkpoints.ts';
import { listMetrics, recordMetrics } from '../../db/metrics.ts';
import { pruneCheckpoints, pruneMetrics } from '../../db/retention.ts';
import { createSweep } from '../../db/sweeps.ts';
import { finishTrial, listWaiting } from '../../db/trials.ts';
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
  for (const [trialId, dev] of [[worse, 0.7], [better, 0.8], [running, null]] as const) {
    await beginAttempt(own.database, { trialId, worker: 'host-1', device: 'cpu', workflowRunId: 'run-1' });
    const writer = { trialId, attempt: 1 };
    await recordMetrics(own.database, { ...writer, points: [{ step: 1, name: 'loss', value: 1 }, { step: 2, name: 'loss', value: 2 }] });
    await saveCheckpoint(own.database, { ...writer, kind: 'best', step: 20, bytes: new Uint8Array(100) });
    if (dev !== null) await finishTrial(own.database, { ...writer, outcome: outcomeOf(dev, 0.5) });
  } // prettier-ignore
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
