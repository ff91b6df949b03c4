import { Client, type WorkflowClientInterceptor } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Control } from '../../control/control.ts';
import { launch } from '../../control/launch.ts';
import { AT_START, ON_REQUEST, reconcile, type Caution, type Discrepancy } from '../../control/reconcile.ts';
import { startSweepWorkflow, trialWorkflowState, workflowState } from '../../control/sweep-workflow.ts';
import { listAttempts } from '../../db/attempts.ts';
import { beginAttempt } from '../../db/begin-attempt.ts';
import { saveCheckpoint } from '../../db/checkpoints.ts';
import { haltTrials } from '../../db/orders.ts';
import { createSweep, findSweep, setSweepState, type SweepRow } from '../../db/sweeps.ts';
import { listWaiting } from '../../db/trials.ts';
import type { TrainEnd } from '../../training/train-options.ts';
import { ScriptedTrainer } from '../support/scripted-trainer.ts';
import { endOf, FINISHED, onCpu, openStage, type Scene, type Stage } from '../support/stage.ts';
import { findTrial } from '../support/trials.ts';

const SOON = { timeout: 30_000, interval: 50 };

/** A process that is held up just before it ends the first workflow. */
function atTheFirstEnd(control: Control, meanwhile: () => Promise<void>): Control {
  const { connection, options } = control.client;
  let held: Promise<void> | undefined;
  const terminate: WorkflowClientInterceptor['terminate'] = async (input, next) => {
    await (held ??= meanwhile());
    return next(input);
  };
  const interceptors = { workflow: [{ terminate }] };
  return { ...control, client: new Client({ connection, namespace: options.namespace, interceptors }) };
}

describe('a comparison of Postgres and Temporal', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  /** Launched, with no worker that has heard of it. */
  async function launched(): Promise<{ scene: Scene; sweep: SweepRow }> {
    const scene = await stage.fresh();
    const { sweep } = await launch(scene.control, { ...scene, chooseDevice: onCpu });
    return { scene, sweep };
  }

  /** In Postgres alone, as after Temporal has lost its data. */
  async function forgotten(): Promise<{ scene: Scene; sweep: SweepRow }> {
    const scene = await stage.fresh();
    const { sweep } = await createSweep(scene.control.database, scene.sweep);
    return { scene, sweep };
  }

  /** Its first trial, running with nobody behind it. */
  async function running({ control }: Scene, { id: sweepId }: SweepRow): Promise<string> {
    const [trialId = ''] = await listWaiting(control.database, { sweepId, limit: 1 });
    await beginAttempt(control.database, { trialId, worker: 'gone', device: 'cpu', workflowRunId: randomUUID() });
    return trialId;
  }

  const look = (
    { control }: Scene,
    sweep: Pick<SweepRow, 'name'> | undefined,
    { isDryRun = false, ...caution }: Partial<Caution> & { isDryRun?: boolean } = {},
  ): Promise<Discrepancy[]> =>
    reconcile(control, {
      ...{ sweep: sweep?.name, isDryRun, chooseDevice: onCpu },
      caution: { ...ON_REQUEST, patienceMs: 0, ...caution },
    });

  test('finds nothing of a sweep in full swing, from its start to its end, however many look at one time', async () => {
    const { scene, sweep } = await launched();
    const trainer = new ScriptedTrainer(FINISHED);
    const found: Discrepancy[] = [];
    await stage.withWorker(scene, trainer, async () => {
      const over = new AbortController();
      const end = endOf(scene.control, sweep.name).finally(() => over.abort());
      while (!over.signal.aborted)
        for (const each of await Promise.all([look(scene, sweep), look(scene, sweep)])) found.push(...each);
      expect(await end).toBe('complete');
    });
    // It had written down its end, and was ended in the moment before it would have ended itself.
    expect(found.filter(({ what }) => what !== 'workflow of an ended sweep')).toEqual([]);
    expect(trainer.requests).toHaveLength(8);
    expect(await look(scene, sweep)).toEqual([]);
  });

  test('sends a trial that nobody is behind back to waiting; its orphan cannot write, and is counted', async () => {
    const { scene, sweep } = await launched();
    const { database } = scene.control;
    const trialId = await running(scene, sweep);
    const lost = { what: 'trial without a workflow', sweep: sweep.name, trial: 0, remedy: 'waiting' };
    expect(await look(scene, sweep)).toEqual([lost]);
    expect(await findTrial(database, trialId)).toMatchObject({ state: 'waiting', attempt: 1 });
    const late = { trialId, attempt: 1, kind: 'last', step: 7, bytes: new Uint8Array(4) } as const;
    await expect(saveCheckpoint(database, late)).rejects.toThrow(/to be its running one, found attempt 1, waiting/);
    const [attempt] = await listAttempts(database, trialId);
    expect(attempt).toMatchObject({ state: 'superseded', refusedWrites: 1 });
    expect(attempt?.errorMessage).toBe('Nobody was behind the trial: Temporal had no workflow of it.');
    expect(await look(scene, sweep)).toEqual([]);
    const trainer = new ScriptedTrainer(FINISHED);
    expect(await stage.withWorker(scene, trainer, () => endOf(scene.control, sweep.name))).toBe('complete');
    expect(trainer.requests).toHaveLength(8);
  });

  test.each(['paused', 'cancelled'] as const)('makes such a trial %s where it was told so', async (as) => {
    const { scene, sweep } = await launched();
    const { database } = scene.control;
    const trialId = await running(scene, sweep);
    await haltTrials(database, { sweepId: sweep.id, ids: [trialId], as });
    expect(await look(scene, sweep)).toMatchObject([{ trial: 0, remedy: as }]);
    const trial = await findTrial(database, trialId);
    expect(trial).toMatchObject({ state: as, stopAs: null });
    expect(trial.finishedAt === null).toBe(as === 'paused');
  });

  test.each(['paused', 'cancelled'] as const)(
    'tells a workflow that it has not heard of trials to be %s',
    async (as) => {
      const { scene, sweep } = await launched();
      const { control } = scene;
      const trainer = new ScriptedTrainer({ end: 'hang' });
      await stage.withWorker(scene, trainer, async () => {
        await vi.waitUntil(() => trainer.requests.length === 1, SOON);
        // As by somebody who found Temporal away.
        await haltTrials(control.database, { sweepId: sweep.id, as });
        expect(await look(scene, sweep)).toEqual([]);
        expect(await endOf(control, sweep.name)).toBe(as);
      });
    },
  );

  test('starts a sweep that Temporal knows nothing of, once, with its running trial back in the queue', async () => {
    const { scene, sweep } = await forgotten();
    await running(scene, sweep);
    const both = (await Promise.all([look(scene, sweep), look(scene, sweep)])).flat();
    expect(both.map(({ what, remedy }) => `${what}: ${remedy}`).sort()).toEqual([
      'sweep without a workflow: started',
      'trial without a workflow: waiting',
    ]);
    const trainer = new ScriptedTrainer(FINISHED);
    expect(await stage.withWorker(scene, trainer, () => endOf(scene.control, sweep.name))).toBe('complete');
    expect(trainer.requests).toHaveLength(8);
  });

  test('leaves a trial alone that another process has started again meanwhile', async () => {
    const { scene, sweep } = await forgotten();
    const { control } = scene;
    const trialId = await running(scene, sweep);
    const slow = atTheFirstEnd(control, async () => {
      await look(scene, sweep);
      const isThere = async () => (await trialWorkflowState(control, sweep.id, trialId)) === 'running';
      await vi.waitUntil(isThere, SOON);
    });
    let letGo: (end: TrainEnd) => void = () => undefined;
    const held = new Promise<TrainEnd>((resolve) => (letGo = resolve));
    await stage.withWorker(scene, new ScriptedTrainer({ end: held }), async () => {
      await look({ ...scene, control: slow }, sweep);
      letGo(FINISHED.end);
      expect(await endOf(control, sweep.name)).toBe('complete');
    });
  });

  test('ends the open workflow of a sweep that is over, and not of one with a trial that still runs', async () => {
    const { scene, sweep } = await launched();
    const { control } = scene;
    const trialId = await running(scene, sweep);
    const stopped = { sweepId: sweep.id, state: 'failed' } as const;
    await setSweepState(control.database, stopped);
    // Its trial is taken back first, and with that nothing of the sweep runs.
    const found = await vi.waitUntil(async () => {
      const seen = await look(scene, sweep, { isDryRun: true });
      return seen.length > 0 ? seen : undefined;
    }, SOON);
    expect(found).toMatchObject([{ what: 'trial without a workflow' }]);
    await look(scene, sweep);
    await vi.waitUntil(
      async () => (await workflowState(control, sweep.id)) === 'ended' || (await look(scene, sweep)).length > 0,
      SOON,
    );
    expect(await workflowState(control, sweep.id)).toBe('ended');
    expect(await findSweep(control.database, sweep.id)).toMatchObject({ state: 'failed' });
    expect(await findTrial(control.database, trialId)).toMatchObject({ state: 'waiting' });
  });

  test('reports a workflow whose sweep Postgres does not know when a worker starts, and ends it on request', async () => {
    const { scene, sweep } = await forgotten();
    const { control } = scene;
    const unknown = { ...sweep, id: randomUUID() };
    await startSweepWorkflow(control, unknown, 'cpu');
    // Of other tests' sweeps nothing is to be found.
    const others = { olderThanS: 3600 };
    await vi.waitUntil(async () => (await look(scene, undefined, { ...others, isDryRun: true })).length > 0, SOON);
    const discrepancy = { what: 'workflow of an unknown sweep', sweep: unknown.id, trial: null };
    expect(await look(scene, undefined, AT_START)).toEqual([{ ...discrepancy, remedy: 'reported' }]);
    expect(await workflowState(control, unknown.id)).toBe('running');
    expect(await look(scene, undefined, others)).toEqual([{ ...discrepancy, remedy: 'ended' }]);
    expect(await workflowState(control, unknown.id)).toBe('ended');
  });

  test('changes nothing in a dry run', async () => {
    const { scene, sweep } = await forgotten();
    const trialId = await running(scene, sweep);
    const found = await look(scene, sweep, { isDryRun: true });
    expect(found.map(({ remedy }) => remedy)).toEqual(['waiting', 'started']);
    expect(await findTrial(scene.control.database, trialId)).toMatchObject({ state: 'running', attempt: 1 });
    expect(await workflowState(scene.control, sweep.id)).toBe('none');
  });

  test('leaves a sweep that was made this moment to whoever is launching it, when a worker starts', async () => {
    const { scene, sweep } = await forgotten();
    expect(await look(scene, sweep, AT_START)).toEqual([]);
    expect(await workflowState(scene.control, sweep.id)).toBe('none');
  });

  test('is refused for a sweep that nobody made', async () => {
    const { scene } = await forgotten();
    await expect(look(scene, { name: 'nobody' })).rejects.toThrow(/found `nobody`, which no sweep has/);
  });
});

describe('a launch of a sweep whose workflow is lost', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  test('goes on with all of it, also with the trial that was running', async () => {
    const scene = await stage.fresh();
    const { database } = scene.control;
    const { sweep } = await createSweep(database, scene.sweep);
    const [trialId = ''] = await listWaiting(database, { sweepId: sweep.id, limit: 1 });
    await beginAttempt(database, { trialId, worker: 'gone', device: 'cpu', workflowRunId: randomUUID() });
    const again = await launch(scene.control, { ...scene, chooseDevice: onCpu });
    expect(again).toMatchObject({ created: false, running: true });
    expect(await findTrial(database, trialId)).toMatchObject({ state: 'waiting' });
    const trainer = new ScriptedTrainer(FINISHED);
    expect(await stage.withWorker(scene, trainer, () => endOf(scene.control, sweep.name))).toBe('complete');
    expect((await listAttempts(database, trialId)).map(({ state }) => state)).toEqual(['superseded', 'complete']);
  });
});
