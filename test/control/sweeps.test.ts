import { randomUUID } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createActivities } from '../../activities/index.ts';
import { TrainerPool } from '../../activities/trainer-pool.ts';
import { cancel } from '../../control/cancel.ts';
import { openControl, type Control } from '../../control/control.ts';
import { describe as describeSweep } from '../../control/describe.ts';
import { launch } from '../../control/launch.ts';
import type { PlannedSweep } from '../../control/plan.ts';
import { resume } from '../../control/resume.ts';
import { results } from '../../control/results.ts';
import { watch } from '../../control/watch.ts';
import { classesWithWorkers } from '../../control/workers.ts';
import type { NewSweep } from '../../db/sweeps.ts';
import { buildWorkflowBundle } from '../../worker/workflow-bundle.ts';
import { createWorkers } from '../../worker/worker.ts';
import { workerIdentity } from '../../workflows/ids.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { PROGRAM } from '../support/provenance.ts';
import { ScriptedTrainer, type Script } from '../support/scripted-trainer.ts';
import { developmentServer, quietTemporal } from '../support/temporal.ts';
import { sweepOnTinyBackbone } from '../support/tiny-sweep.ts';
import { FACTS, outcomeOf } from '../support/trials.ts';

const FINISHED: Script = { end: { type: 'finished', outcome: outcomeOf(0.7, 0.6), best: null } };
const onCpu = () => Promise.resolve('cpu' as const);

describe('a sweep under the verbs', () => {
  let environment: TestWorkflowEnvironment;
  let db: TestDatabase;
  let code: string;
  let opened: Control;
  beforeAll(async () => {
    quietTemporal();
    [environment, db, code] = await Promise.all([developmentServer(), createTestDatabase(), buildWorkflowBundle()]);
    const temporal = { connectionOptions: { address: environment.address }, namespace: 'default' };
    opened = await openControl({ databaseUrl: db.url, temporal, searchAttributes: true });
  });
  afterAll(async () => {
    await opened.close();
    await environment.teardown();
    await db.drop();
  });

  /** Its own queue, so that no other test's worker takes its trials. */
  async function fresh(): Promise<{ control: Control; sweep: NewSweep; folder: string; planned: PlannedSweep }> {
    const { sweep, folder } = await sweepOnTinyBackbone();
    const plan = { trials: sweep.trials, excluded: 0, folded: 0, warnings: [] };
    const planned = { spec: sweep.spec, facts: FACTS, plan };
    return { control: { ...opened, workflowQueue: `test-${randomUUID()}` }, sweep, folder, planned };
  }

  async function withWorker<T>(
    { control, folder }: { control: Control; folder: string },
    trainer: ScriptedTrainer,
    work: () => Promise<T>,
  ): Promise<T> {
    const identity = workerIdentity({ pid: process.pid, host: 'elsewhere', device: 'cpu', memoryMiB: null });
    const activities = createActivities({
      database: db.database,
      trainers: new TrainerPool([trainer]),
      worker: identity,
      device: 'cpu',
      program: PROGRAM,
      say: () => undefined,
      resolveBackbone: () => Promise.resolve({ folder }),
      findData: ({ data }) => Promise.resolve(data.files),
    });
    const workers = await createWorkers({
      connection: environment.nativeConnection,
      namespace: 'default',
      activities,
      workflowBundle: { code },
      deviceClass: 'cpu',
      trainers: 1,
      identity,
      workflowQueue: control.workflowQueue,
    });
    const run = workers.run();
    try {
      return await work();
    } finally {
      workers.shutdown();
      await run;
    }
  }

  async function endOf(control: Control, name: string): Promise<string> {
    let state = '';
    for await (const status of watch(control, name, { everyMs: 50 })) state = status.sweep.state;
    return state;
  }

  test('is made once when it is launched from two places at the same moment', async () => {
    const { control, sweep, folder, planned } = await fresh();
    const request = { planned, source: sweep.source, chooseDevice: onCpu };
    const both = await Promise.all([launch(control, request), launch(control, request)]);
    expect(both.map(({ created }) => created).sort()).toEqual([false, true]);
    expect(both[0].sweep.id).toBe(both[1].sweep.id);
    const trainer = new ScriptedTrainer(FINISHED);
    expect(await withWorker({ control, folder }, trainer, () => endOf(control, sweep.name))).toBe('complete');
    expect(trainer.requests).toHaveLength(sweep.trials.length);
  });

  test('with failures runs exactly these again when it is resumed', async () => {
    const { control, sweep, folder, planned } = await fresh();
    await launch(control, { planned, source: sweep.source, chooseDevice: onCpu });
    let isBroken = true;
    const trainer = new ScriptedTrainer(({ trial }) =>
      isBroken && trial.dataSeed === 21
        ? { end: { type: 'failed', error: { kind: 'data', message: 'row 3' } } }
        : FINISHED,
    );
    await withWorker({ control, folder }, trainer, async () => {
      expect(await endOf(control, sweep.name)).toBe('failed');
      const { failures } = await describeSweep(control, sweep.name);
      expect(failures).toEqual([{ kind: 'data', trials: 4, message: 'row 3' }]);
      isBroken = false;
      expect(await resume(control, sweep.name, onCpu)).toMatchObject({ requeued: 4, waiting: 4 });
      expect(await endOf(control, sweep.name)).toBe('complete');
      expect(await resume(control, sweep.name, onCpu)).toMatchObject({ requeued: 0, waiting: 0 });
    });
    const attempts = (await results(control, sweep.name)).map((row) => `${row.dataSeed}: ${row.attempts}`);
    expect(attempts.filter((count) => count === '13: 1')).toHaveLength(4);
    expect(attempts.filter((count) => count === '21: 2')).toHaveLength(4);
  });

  test('that is cancelled stops its running trial, keeps what is finished, and can be resumed', async () => {
    const { control, sweep, folder, planned } = await fresh();
    await launch(control, { planned, source: sweep.source, chooseDevice: onCpu });
    let hangs = true;
    let trained = 0;
    const trainer = new ScriptedTrainer(() => (hangs && ++trained > 1 ? { end: 'hang' } : FINISHED));
    await withWorker({ control, folder }, trainer, async () => {
      await vi.waitUntil(() => trainer.requests.length === 2, { timeout: 20_000 });
      expect((await cancel(control, sweep.name)).wasOpen).toBe(true);
      expect(await endOf(control, sweep.name)).toBe('cancelled');
      const { counts } = (await describeSweep(control, sweep.name)).progress;
      expect(counts).toMatchObject({ complete: 1, cancelled: sweep.trials.length - 1, running: 0, waiting: 0 });
      expect((await cancel(control, sweep.name)).wasOpen).toBe(false);
      hangs = false;
      await resume(control, sweep.name, onCpu);
      expect(await endOf(control, sweep.name)).toBe('complete');
    });
    expect(trainer.cancels).toBe(1);
  });

  test('is cancelled at once where no worker is there to hear of it, and resumes when one comes', async () => {
    const { control, sweep, folder, planned } = await fresh();
    await launch(control, { planned, source: sweep.source, chooseDevice: onCpu });
    await cancel(control, sweep.name);
    expect(await endOf(control, sweep.name)).toBe('cancelled');
    expect(await resume(control, sweep.name, onCpu)).toMatchObject({ requeued: sweep.trials.length });
    const trainer = new ScriptedTrainer(FINISHED);
    expect(await withWorker({ control, folder }, trainer, () => endOf(control, sweep.name))).toBe('complete');
  });

  test('is trained on the device classes that some worker offers', async () => {
    const at = await fresh();
    expect(await classesWithWorkers(at.control)).toEqual([]);
    await withWorker(at, new ScriptedTrainer(FINISHED), async () => {
      await vi.waitUntil(async () => (await classesWithWorkers(at.control)).includes('cpu'), { timeout: 20_000 });
    });
  });

  test('cannot be opened on a database that is down; the message names the place, not the password', async () => {
    const temporal = { connectionOptions: { address: environment.address }, namespace: 'default' };
    const databaseUrl = 'postgres://someone:secret@127.0.0.1:9/nowhere';
    const opening = openControl({ databaseUrl, temporal, searchAttributes: true });
    await expect(opening).rejects.toThrow(/127\.0\.0\.1:9/);
    await expect(opening).rejects.not.toThrow(/secret/);
  });

  test('cannot be opened on a Temporal address where nobody answers; the message names it', async () => {
    const temporal = { connectionOptions: { address: '127.0.0.1:9' }, namespace: 'default' };
    await expect(openControl({ databaseUrl: db.url, temporal, searchAttributes: true })).rejects.toThrow(
      /Expected a Temporal server to answer at 127\.0\.0\.1:9, found none/,
    );
  });
});
