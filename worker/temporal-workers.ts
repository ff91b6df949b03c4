// One worker process is several Temporal workers: one for workflows and quick activities, and one a queue of trials it serves.
import type { PayloadCodec } from '@temporalio/common';
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import type { Activities } from '../activities/index.ts';
import { queuesServed, WORKFLOW_QUEUE, type DeviceClass } from '../workflows/queues.ts';
import type { WorkerTracing } from './tracing.ts';
import { TrainingSlots } from './training-slots.ts';
import { ENCODED_FAILURES } from './workflow-bundle.ts';

export interface WorkerDependencies {
  connection: NativeConnection;
  namespace: string;
  activities: Activities;
  workflowBundle: NonNullable<WorkerOptions['workflowBundle']>;
  deviceClass: DeviceClass;
  /** Of each trainer: larger trials are left to others. Absent: takes trials of any size. */
  memoryMiB?: number;
  /** Trials at one time: as many as there are trainers. */
  trainers: number;
  /** Shown by Temporal beside what this worker does. */
  identity: string;
  workflowQueue?: string;
  payloadCodecs?: PayloadCodec[];
  /** As the workflows' script was built. */
  encodesFailures?: boolean;
  /** Where this worker alone is asked for. */
  ownQueue?: string;
  /** A drain that takes longer is cut off. */
  graceMs?: number;
  tracing?: WorkerTracing | null;
}

export interface Workers {
  /** Resolves when all have drained after `shutdown`. @throws GracefulShutdownPeriodExpiredError when that took too long */
  run(): Promise<void>;
  shutdown(): void;
}

export async function createWorkers(deps: WorkerDependencies): Promise<Workers> {
  const { activities, workflowBundle, workflowQueue = WORKFLOW_QUEUE, ownQueue } = deps;
  const { trainTrial, ...quick } = activities;
  const orchestrating = await Worker.create({
    ...sharedOptions(deps),
    taskQueue: workflowQueue,
    workflowBundle,
    activities: quick,
    // After a worker was killed the server holds its workflows back for this long.
    stickyQueueScheduleToStartTimeout: '1s',
    shutdownGraceTime: '5s',
  });
  const queues = [...queuesServed(deps, workflowQueue), ...(ownQueue === undefined ? [] : [ownQueue])];
  const slots = new TrainingSlots(deps.trainers);
  const training = await Promise.all(queues.map((queue) => createTraining(deps, { queue, slots, trainTrial })));
  const all = [orchestrating, ...training];
  return { run: () => runAll(all), shutdown: () => all.forEach(stop) };
}

interface Training {
  queue: string;
  slots: TrainingSlots;
  trainTrial: Activities['trainTrial'];
}

function createTraining(deps: WorkerDependencies, { queue, slots, trainTrial }: Training): Promise<Worker> {
  return Worker.create({
    ...sharedOptions(deps),
    taskQueue: queue,
    activities: { trainTrial },
    tuner: {
      activityTaskSlotSupplier: slots.supplierFor(queue),
      localActivityTaskSlotSupplier: UNUSED,
      workflowTaskSlotSupplier: UNUSED,
      nexusTaskSlotSupplier: UNUSED,
    },
    maxConcurrentActivityTaskPolls: deps.trainers,
    // A cancellation travels with the answer to a heartbeat.
    maxHeartbeatThrottleInterval: '2s',
    defaultHeartbeatThrottleInterval: '2s',
    // A trial is cancelled at once: it stops at its next step, with a checkpoint.
    shutdownGraceTime: '0s',
  });
}

const UNUSED = { type: 'fixed-size', numSlots: 1 } as const;

function sharedOptions({ connection, namespace, identity, graceMs, tracing, ...deps }: WorkerDependencies) {
  const { payloadCodecs = [], encodesFailures = false } = deps;
  const dataConverter = { payloadCodecs, ...(encodesFailures ? { failureConverterPath: ENCODED_FAILURES } : {}) };
  const limit = graceMs === undefined ? {} : { shutdownForceTime: graceMs };
  return { connection, namespace, identity, dataConverter, ...limit, ...(tracing ?? {}) };
}

/** When one of them dies the others are stopped, and its error is the one that is seen. */
async function runAll(workers: Worker[]): Promise<void> {
  const runs = workers.map((worker) => worker.run());
  const stopAll = (): void => workers.forEach(stop);
  for (const run of runs) run.catch(stopAll);
  const ended = await Promise.allSettled(runs);
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}

function stop(worker: Worker): void {
  if (worker.getState() === 'RUNNING') worker.shutdown();
}
