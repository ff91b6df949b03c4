// One whole sweep as `launch` and a worker run it, on the real servers, timed from the outside.
import { workerIdentity } from '../../workflows/ids.ts';
import { createActivities } from '../../activities/index.ts';
import { TrainerPool } from '../../activities/trainer-pool.ts';
import { launch } from '../../control/launch.ts';
import { countStates, findSweep } from '../../db/sweeps.ts';
import { describeProgram } from '../../runtime/program.ts';
import { createTrainer, type Trainer } from '../../training/trainer.ts';
import { buildWorkflowBundle } from '../../worker/workflow-bundle.ts';
import { createWorkers, type Workers } from '../../worker/temporal-workers.ts';
import { withServers, type Servers } from '../measuring/servers.ts';
import { toThousandths } from '../measuring/summary.ts';
import { AnsweringTrainer } from './answering-trainer.ts';
import { measureHistories, type Histories } from './histories.ts';
import { planMany, type ManyTrials, type Written } from './sweep-of-many.ts';

export const TRAINERS = ['answering', 'real'] as const;
export type TrainerKind = (typeof TRAINERS)[number];

export interface RunOptions extends Omit<ManyTrials, 'name'> {
  trainer: TrainerKind;
  /** Doubles that answer at one time; of real trainers there is one. */
  trainers: number;
  say: (text: string) => void;
}

export interface RunReport {
  trainer: TrainerKind;
  trials: number;
  trainers: number;
  window: number;
  seconds: number;
  trialsPerSecond: number;
  planMs: number;
  launchMs: number;
  /** Resident memory of this process: after launch, and the most while the sweep ran. */
  memoryMiB: { launched: number; most: number };
  histories: Histories;
}

/** @throws when a trial does not end well: the figures would mean nothing */
export function runSweep(options: RunOptions): Promise<RunReport> {
  return withServers(async (servers) => {
    const { trials, window, trainer } = options;
    const written = await planMany(servers.folder, { name: `many-${trainer}`, trials, window });
    const started = performance.now();
    const { planned, source } = written;
    const chooseDevice = () => Promise.resolve('cpu' as const);
    const { sweep } = await launch(servers.control, { planned, source, chooseDevice });
    const launchMs = performance.now() - started;
    const launched = residentMiB();
    const { seconds, most } = await work(servers, { options, written, sweepId: sweep.id });
    const count = planned.plan.trials.length;
    return {
      ...{ trainer, trials: count, trainers: trainer === 'real' ? 1 : options.trainers, window },
      seconds: toThousandths(seconds),
      trialsPerSecond: toThousandths(count / seconds),
      planMs: toThousandths(written.planMs),
      launchMs: toThousandths(launchMs),
      memoryMiB: { launched, most },
      histories: await measureHistories(servers.control.client, sweep.id, count),
    };
  });
}

interface Work {
  options: RunOptions;
  written: Written;
  sweepId: string;
}

/** From the worker's first question to the sweep's end. */
async function work(servers: Servers, { options, written, sweepId }: Work): Promise<{ seconds: number; most: number }> {
  const trainers = makeTrainers(options);
  try {
    const workers = await createWorker(servers, trainers, written);
    const started = performance.now();
    const running = workers.run();
    try {
      const most = await Promise.race([untilEnded(servers, sweepId, options.say), running.then(() => 0)]);
      return { seconds: (performance.now() - started) / 1000, most };
    } finally {
      workers.shutdown();
      await running;
    }
  } finally {
    for (const trainer of trainers) await trainer.close();
  }
}

function makeTrainers({ trainer, trainers }: RunOptions): Trainer[] {
  if (trainer === 'real') return [createTrainer({ threads: 1 })];
  return Array.from({ length: trainers }, () => new AnsweringTrainer());
}

async function createWorker(servers: Servers, trainers: Trainer[], written: Written): Promise<Workers> {
  const identity = workerIdentity({ pid: process.pid, host: 'bench', device: 'cpu', memoryMiB: null });
  return createWorkers({
    connection: servers.connection,
    namespace: 'default',
    activities: createActivities({
      database: servers.control.database,
      trainers: new TrainerPool(trainers),
      worker: identity,
      device: 'cpu',
      program: await describeProgram(),
      say: () => undefined,
      resolveBackbone: () => Promise.resolve({ folder: written.backboneFolder }),
      findData: ({ data }) => Promise.resolve(data.files),
    }),
    workflowBundle: { code: await buildWorkflowBundle() },
    deviceClass: 'cpu',
    trainers: trainers.length,
    identity,
  });
}

const LOOK_EVERY_MS = 250;
const SAY_EVERY = 20;

async function untilEnded({ control }: Servers, sweepId: string, say: (text: string) => void): Promise<number> {
  let most = 0;
  for (let looked = 0; ; looked += 1) {
    most = Math.max(most, residentMiB());
    const { state } = await findSweep(control.database, sweepId);
    if (state === 'complete') return most;
    if (state !== 'waiting' && state !== 'running') throw new Error(`Expected a complete sweep, found it ${state}.`);
    if (looked % SAY_EVERY === 0) say(`${(await countStates(control.database, sweepId)).complete} trials complete`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

function residentMiB(): number {
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
}
