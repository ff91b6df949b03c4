// A real Temporal, a real Postgres and workers with scripted trainers: where control's verbs are tried.
import { randomUUID } from 'node:crypto';
import { createActivities } from '../../activities/index.ts';
import { TrainerPool } from '../../activities/trainer-pool.ts';
import { openControl, type Control } from '../../control/control.ts';
import type { Launching } from '../../control/launch.ts';
import { watch } from '../../control/watch.ts';
import type { NewSweep } from '../../db/new-sweep.ts';
import type { TrainEnd } from '../../training/train-options.ts';
import { createWorkers } from '../../worker/temporal-workers.ts';
import { buildWorkflowBundle } from '../../worker/workflow-bundle.ts';
import { workerIdentity } from '../../workflows/ids.ts';
import { createTestDatabase } from './postgres.ts';
import { PROGRAM } from './provenance.ts';
import type { ScriptedTrainer, Script } from './scripted-trainer.ts';
import { developmentServer, quietTemporal } from './temporal.ts';
import { sweepOnTinyBackbone } from './tiny-sweep.ts';
import { FACTS, outcomeOf } from './trials.ts';

const finished = { type: 'finished', outcome: outcomeOf(0.7, 0.6), best: null } as const;
export const FINISHED: Script & { end: TrainEnd } = { end: finished };
export const onCpu = () => Promise.resolve('cpu' as const);

export interface Scene extends Launching {
  /** With a queue of its own, so that no other scene's worker takes its trials. */
  control: Control;
  sweep: NewSweep;
  /** The backbone's. */
  folder: string;
}

export interface Stage {
  /** Temporal's. */
  address: string;
  databaseUrl: string;
  /** A sweep that nobody has launched yet. */
  fresh: (name?: string) => Promise<Scene>;
  /** With several trainers it trains as many trials at one time. */
  withWorker: <T>(
    scene: Pick<Scene, 'control' | 'folder'>,
    trainers: ScriptedTrainer | ScriptedTrainer[],
    work: () => Promise<T>,
  ) => Promise<T>;
  close: () => Promise<void>;
}

export async function openStage(): Promise<Stage> {
  quietTemporal();
  const [environment, db, code] = await Promise.all([developmentServer(), createTestDatabase(), buildWorkflowBundle()]);
  const { address } = environment;
  const temporal = { connectionOptions: { address }, namespace: 'default' };
  const opened = await openControl({ databaseUrl: db.url, temporal, searchAttributes: true });
  const withWorker: Stage['withWorker'] = async ({ control, folder }, trainers, work) => {
    const pool = new TrainerPool([trainers].flat());
    const identity = workerIdentity({ pid: process.pid, host: 'elsewhere', device: 'cpu', memoryMiB: null });
    const activities = createActivities({
      database: db.database,
      trainers: pool,
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
      ...{ activities, workflowBundle: { code }, deviceClass: 'cpu', trainers: pool.size, identity },
      workflowQueue: control.workflowQueue,
    });
    const run = workers.run();
    try {
      return await work();
    } finally {
      workers.shutdown();
      await run;
    }
  };
  return {
    ...{ address, databaseUrl: db.url, withWorker },
    fresh: async (name) => sceneOf(opened, await sweepOnTinyBackbone(name)),
    close: async () => {
      await opened.close();
      await environment.teardown();
      await db.drop();
    },
  };
}

/** The state that a sweep ends in. */
export async function endOf(control: Control, name: string): Promise<string> {
  let state = '';
  for await (const status of watch(control, name, { everyMs: 50 })) state = status.sweep.state;
  return state;
}

function sceneOf(opened: Control, { sweep, folder }: { sweep: NewSweep; folder: string }): Scene {
  const control = { ...opened, workflowQueue: `test-${randomUUID()}` };
  return { control, sweep, folder, ...launchingOf(sweep) };
}

export function launchingOf(sweep: NewSweep): Launching {
  const plan = { trials: sweep.trials, excluded: 0, folded: 0, warnings: [] };
  return { planned: { spec: sweep.spec, facts: FACTS, plan }, source: sweep.source };
}
