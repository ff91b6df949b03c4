import { randomUUID } from 'node:crypto';
import { NativeConnection } from '@temporalio/worker';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { inArray } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createActivities } from '../../activities/index.ts';
import { TrainerPool } from '../../activities/trainer-pool.ts';
import { openControl, type Control } from '../../control/control.ts';
import { launch } from '../../control/launch.ts';
import { watch } from '../../control/watch.ts';
import { attempts, trials } from '../../db/schema.ts';
import { createWorkers } from '../../worker/temporal-workers.ts';
import { buildWorkflowBundle } from '../../worker/workflow-bundle.ts';
import { workerIdentity } from '../../workflows/ids.ts';
import { ownQueue } from '../../workflows/queues.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { PROGRAM } from '../support/provenance.ts';
import { ScriptedTrainer, type Script } from '../support/scripted-trainer.ts';
import { developmentServer, quietTemporal } from '../support/temporal.ts';
import { sweepOnTinyBackbone } from '../support/tiny-sweep.ts';
import { FACTS, outcomeOf } from '../support/trials.ts';

const FINISHED: Script = { end: { type: 'finished', outcome: outcomeOf(0.7, 0.6), best: null } };

describe('a sweep with several workers', () => {
  let environment: TestWorkflowEnvironment;
  let db: TestDatabase;
  let code: string;
  let control: Control;
  beforeAll(async () => {
    quietTemporal();
    [environment, db, code] = await Promise.all([developmentServer(), createTestDatabase(), buildWorkflowBundle()]);
    const temporal = { connectionOptions: { address: environment.address }, namespace: 'default' };
    const opened = await openControl({ databaseUrl: db.url, temporal, searchAttributes: true });
    control = { ...opened, workflowQueue: `test-${randomUUID()}` };
  });
  afterAll(async () => {
    await control.close();
    await environment.teardown();
    await db.drop();
  });

  interface Playing {
    identity: string;
    pool: TrainerPool;
    trainer: ScriptedTrainer;
    stop(): Promise<void>;
  }

  interface Settings {
    /** Of its trainer, by how many trials it has had. */
    script?: (trials: number) => Script;
    /** Absent: it takes trials of any size. */
    memoryMiB?: number;
  }

  async function startWorker(pid: number, { script = () => FINISHED, ...has }: Settings = {}): Promise<Playing> {
    const identity = workerIdentity({ pid, host: 'elsewhere', device: 'cpu', memoryMiB: null });
    const trainer: ScriptedTrainer = new ScriptedTrainer(() => script(trainer.requests.length));
    const pool = new TrainerPool([trainer]);
    const own = ownQueue(randomUUID(), control.workflowQueue);
    const activities = createActivities({
      ...{ database: db.database, trainers: pool, worker: identity, ownQueue: own, device: 'cpu', program: PROGRAM },
      say: () => undefined,
      resolveBackbone: (folder) => Promise.resolve({ folder }),
      findData: ({ data }) => Promise.resolve(data.files),
    });
    // One connection takes one worker a queue.
    const connection = await NativeConnection.connect({ address: environment.address });
    const workers = await createWorkers({
      ...{ connection, namespace: 'default', activities, identity, ownQueue: own, ...has },
      ...{ workflowBundle: { code }, deviceClass: 'cpu', trainers: 1, workflowQueue: control.workflowQueue },
    });
    const run = workers.run();
    const stop = async (): Promise<void> => {
      workers.shutdown();
      await run;
      await connection.close();
    };
    return { identity, pool, trainer, stop };
  }

  /** One trial at a time, so that both workers are free whenever the next one starts. */
  async function launched(memoryMiB?: number[]): Promise<{ name: string; count: number; sweepId: string }> {
    const { sweep } = await sweepOnTinyBackbone();
    const spec = { ...sweep.spec, window: 1 };
    const sized = sweep.trials.map((trial, index) => ({ ...trial, memoryMiB: memoryMiB?.[index] ?? trial.memoryMiB }));
    const plan = { trials: sized, excluded: 0, folded: 0, warnings: [] };
    const chooseDevice = () => Promise.resolve('cpu' as const);
    const request = { planned: { spec, facts: FACTS, plan }, source: sweep.source, chooseDevice };
    const { id } = (await launch(control, request)).sweep;
    return { name: sweep.name, count: sweep.trials.length, sweepId: id };
  }

  async function ended(name: string): Promise<void> {
    for await (const status of watch(control, name, { everyMs: 50 })) if (status.sweep.state === 'complete') return;
  }

  async function workersOf(sweepId: string): Promise<string[]> {
    const own = db.database
      .select({ id: trials.id })
      .from(trials)
      .where(inArray(trials.sweepId, [sweepId]));
    const rows = await db.database.select().from(attempts).where(inArray(attempts.trialId, own));
    return rows.toSorted((a, b) => a.startedAt.getTime() - b.startedAt.getTime()).map(({ worker }) => worker);
  }

  test('sends trials to the one that is warm from the trial before', async () => {
    const both = [await startWorker(1), await startWorker(2)];
    try {
      const { name, count, sweepId } = await launched();
      await ended(name);
      const workers = await workersOf(sweepId);
      expect(workers).toHaveLength(count);
      expect(new Set(workers).size).toBe(1);
      const counts = both.map(({ pool }) => pool.counts()).toSorted((a, b) => b.warm - a.warm);
      expect(counts).toEqual([
        { warm: count - 1, loaded: 0, cold: 1 },
        { warm: 0, loaded: 0, cold: 0 },
      ]);
    } finally {
      for (const worker of both) await worker.stop();
    }
  });

  test('does not wait for it: another takes the trial once it is gone', async () => {
    let isHeld = true;
    const script = (had: number): Script => (isHeld && had === 3 ? { end: 'hang' } : FINISHED);
    const both = [await startWorker(3, { script }), await startWorker(4, { script })];
    const { name, count, sweepId } = await launched();
    const hangs = ({ trainer }: Playing): boolean => trainer.requests.length === 3;
    await vi.waitUntil(() => both.some(hangs), { timeout: 30_000, interval: 20 });
    const [gone, other] = both.toSorted((a, b) => Number(hangs(b)) - Number(hangs(a)));
    isHeld = false;
    await gone?.stop();
    await ended(name);
    await other?.stop();
    const workers = await workersOf(sweepId);
    // The third trial was begun twice: by the one that went, and by the other.
    expect(workers).toEqual([
      ...Array<string>(3).fill(gone?.identity ?? ''),
      ...Array<string>(count - 2).fill(other?.identity ?? ''),
    ]);
  });

  test('asks none that is warm from a smaller trial for one that it has too little memory for', async () => {
    const [small, large] = [1024, 8 * 1024];
    const playing = [await startWorker(5, { memoryMiB: 4 * 1024 })];
    try {
      const { name, count, sweepId } = await launched([small, large, small, large, small, large, small, large]);
      await vi.waitUntil(() => playing[0]?.trainer.requests.length === 1, { timeout: 30_000, interval: 20 });
      playing.push(await startWorker(6, { memoryMiB: 24 * 1024 }));
      await ended(name);
      const workers = await workersOf(sweepId);
      expect(workers).toHaveLength(count);
      const ofLarge = workers.filter((_, index) => index % 2 === 1);
      expect(ofLarge).toEqual(Array(4).fill(playing[1]?.identity));
    } finally {
      for (const worker of playing) await worker.stop();
    }
  });
});
