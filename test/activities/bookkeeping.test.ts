import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createActivities } from '../../activities/index.ts';
import { TrainerPool } from '../../activities/trainer-pool.ts';
import { countStates, createSweep, findSweep } from '../../db/sweeps.ts';
import { failTrial, listWaiting, stopTrial } from '../../db/trials.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { PROGRAM } from '../support/provenance.ts';
import { findTrial, smallSweep } from '../support/trials.ts';

describe('the activities that keep the books, each run twice', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterAll(() => db.drop());

  const activities = () =>
    createActivities({
      database: db.database,
      trainers: new TrainerPool([]),
      worker: '1@test/cpu',
      device: 'cpu',
      program: PROGRAM,
      say: () => undefined,
      resolveBackbone: () => Promise.reject(new Error('not needed')),
      findData: () => Promise.reject(new Error('not needed')),
    });
  const freshSweep = async (): Promise<string> => (await createSweep(db.database, smallSweep())).sweep.id;
  const waitingIn = (sweepId: string): Promise<string[]> => listWaiting(db.database, { sweepId, limit: 100 });

  test('start marks the sweep running and keeps its first start', async () => {
    const sweepId = await freshSweep();
    await activities().startSweep({ sweepId });
    const first = await findSweep(db.database, sweepId);
    await activities().startSweep({ sweepId });
    expect(await findSweep(db.database, sweepId)).toEqual(first);
    expect(first.state).toBe('running');
  });

  test('the next trials come in running order, without those in flight, with what Temporal filters by', async () => {
    const sweepId = await freshSweep();
    const [first = '', second] = await waitingIn(sweepId);
    const request = { sweepId, except: [first], limit: 1, labels: true };
    const found = await activities().listWaiting(request);
    expect(found).toEqual(await activities().listWaiting(request));
    expect(found[0]?.trialId).toBe(second);
    expect(found[0]?.labels).toMatchObject({ task: 'mr', sweepName: (await findSweep(db.database, sweepId)).name });
  });

  test('a recorded failure stays what it was first', async () => {
    const [trialId = ''] = await waitingIn(await freshSweep());
    const error = { kind: 'diverged', message: 'loss is NaN at step 3' } as const;
    expect(await activities().recordFailure({ trialId, error })).toEqual({ state: 'failed', kind: 'diverged' });
    await activities().recordFailure({ trialId, error: { kind: 'unknown', message: 'later' } });
    const row = await findTrial(db.database, trialId);
    expect(row).toMatchObject({ state: 'failed', errorKind: 'diverged', errorMessage: 'loss is NaN at step 3' });
  });

  test('a cancelled trial is not made a failed one afterwards', async () => {
    const [trialId = ''] = await waitingIn(await freshSweep());
    await activities().recordStopped({ trialId });
    await activities().recordStopped({ trialId });
    const error = { kind: 'unknown', message: 'too late' } as const;
    expect(await activities().recordFailure({ trialId, error })).toEqual({ state: 'cancelled' });
  });

  test('a cancelled sweep leaves nothing waiting', async () => {
    const sweepId = await freshSweep();
    await activities().cancelSweep({ sweepId });
    await activities().cancelSweep({ sweepId });
    expect((await countStates(db.database, sweepId)).waiting).toBe(0);
    expect((await findSweep(db.database, sweepId)).state).toBe('cancelled');
  });

  test('a sweep with a waiting trial is not finished', async () => {
    const sweepId = await freshSweep();
    expect(await activities().finishSweep({ sweepId })).toEqual({ state: 'running' });
  });

  test('a sweep that was stopped hands out no trial and ends as it was, with its reason, until it goes on', async () => {
    const sweepId = await freshSweep();
    const request = { sweepId, except: [], limit: 3, labels: false };
    await activities().stopSweep({ sweepId, kind: 'data', trials: 2 });
    expect(await activities().listWaiting(request)).toEqual([]);
    const stopped = await findSweep(db.database, sweepId);
    expect(await activities().finishSweep({ sweepId })).toEqual({ state: 'failed' });
    expect(await findSweep(db.database, sweepId)).toEqual(stopped);
    expect(stopped.error).toMatch(/Stopped after 2 trials in a row failed with data/);
    await activities().startSweep({ sweepId });
    expect(await activities().listWaiting(request)).toHaveLength(3);
    expect(await activities().finishSweep({ sweepId })).toEqual({ state: 'running' });
  });

  test('a sweep ends failed when one of its trials failed, whatever became of the others', async () => {
    const sweepId = await freshSweep();
    const [failing = '', ...others] = await waitingIn(sweepId);
    await failTrial(db.database, { trialId: failing, attempt: null, error: { kind: 'data', message: 'no column' } });
    for (const trialId of others) await stopTrial(db.database, { trialId });
    expect(await activities().finishSweep({ sweepId })).toEqual({ state: 'failed' });
    expect(await activities().finishSweep({ sweepId })).toEqual({ state: 'failed' });
    expect((await findSweep(db.database, sweepId)).finishedAt).not.toBeNull();
  });
});
