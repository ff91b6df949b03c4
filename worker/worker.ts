// One worker process is two Temporal workers: one for workflows and quick activities, one that trains, a slot a trainer.
import type { PayloadCodec } from '@temporalio/common';
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import type { Activities } from '../activities/index.ts';
import { trainingQueue, WORKFLOW_QUEUE, type DeviceClass } from '../workflows/queues.ts';

export interface WorkerDependencies {
  connection: NativeConnection;
  namespace: string;
  activities: Activities;
  workflowBundle: NonNullable<WorkerOptions['workflowBundle']>;
  deviceClass: DeviceClass;
  /** Trials at one time: as many as there are trainers. */
  trainers: number;
  /** Shown by Temporal beside what this worker does. */
  identity: string;
  workflowQueue?: string;
  payloadCodecs?: PayloadCodec[];
}

export interface Workers {
  /** Resolves when both have drained after `shutdown`. */
  run(): Promise<void>;
  shutdown(): void;
}

export async function createWorkers(deps: WorkerDependencies): Promise<Workers> {
  const { activities, workflowBundle, workflowQueue = WORKFLOW_QUEUE, payloadCodecs = [] } = deps;
  const { trainTrial, ...quick } = activities;
  const dataConverter = { payloadCodecs };
  const shared = { connection: deps.connection, namespace: deps.namespace, identity: deps.identity, dataConverter };
  const orchestrating = await Worker.create({
    ...shared,
    taskQueue: workflowQueue,
    workflowBundle,
    activities: quick,
    // After a worker was killed the server holds its workflows back for this long.
    stickyQueueScheduleToStartTimeout: '1s',
    shutdownGraceTime: '5s',
  });
  const training = await Worker.create({
    ...shared,
    taskQueue: trainingQueue(deps.deviceClass, workflowQueue),
    activities: { trainTrial },
    maxConcurrentActivityTaskExecutions: deps.trainers,
    // A cancellation travels with the answer to a heartbeat.
    maxHeartbeatThrottleInterval: '2s',
    defaultHeartbeatThrottleInterval: '2s',
    // A trial is cancelled at once and stops at its next step; the checkpoint of its last evaluation stays.
    shutdownGraceTime: '0s',
  });
  return { run: () => runBoth(orchestrating, training), shutdown: () => [orchestrating, training].forEach(stop) };
}

/** When one of them dies the other is stopped, and its error is the one that is seen. */
async function runBoth(...workers: Worker[]): Promise<void> {
  const runs = workers.map((worker) => worker.run());
  const stopAll = (): void => workers.forEach(stop);
  for (const run of runs) run.catch(stopAll);
  const ended = await Promise.allSettled(runs);
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}

function stop(worker: Worker): void {
  if (worker.getState() === 'RUNNING') worker.shutdown();
}
