// A worker process: connects, trains what is waiting, and drains when it is told to stop.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import { createDataFinder } from '../activities/local-data.ts';
import { TrainerPool } from '../activities/trainer-pool.ts';
import { createDatabase, type Database } from '../db/client.ts';
import { migrate } from '../db/migrate.ts';
import { resolveBackbone } from '../runtime/backbones.ts';
import { resolveDataset } from '../runtime/datasets.ts';
import type { Environment } from '../runtime/environment.mjs';
import { cacheLayout } from '../runtime/folders.mjs';
import { describeProgram } from '../runtime/program.ts';
import type { Services } from '../runtime/services.ts';
import { workerIdentity } from '../workflows/ids.ts';
import { ownQueue } from '../workflows/queues.ts';
import { runUntilStopped } from './drain.ts';
import { quietRuntime } from './logging.ts';
import { startTrainers, type Trainers } from './trainers.ts';
import { createWorkers, type Workers } from './worker.ts';
import { workflowBundle } from './workflow-bundle.ts';

export interface WorkerOptions {
  environment: Environment;
  services: Pick<Services, 'databaseUrl' | 'temporal'>;
  /** Absent: one a card, or one on the processor. */
  trainers?: number;
  say: (text: string) => void;
  /** Called once, when it asks for work. */
  onReady?: (offer: Pick<Trainers, 'deviceClass' | 'memoryMiB'>) => void;
  /** Drains the worker: running trials stop at their next step and go back to the queue. */
  signal: AbortSignal;
}

/** Resolves when the worker has drained. */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { environment, services, say, signal } = options;
  quietRuntime(environment.logLevel);
  const trainers = await startTrainers(options);
  const database = createDatabase(services.databaseUrl);
  const downloads = new AbortController();
  let connection: NativeConnection | undefined;
  let isWhole = true;
  try {
    await migrate(database);
    connection = await NativeConnection.connect(services.temporal.connectionOptions);
    const pool = new TrainerPool(trainers.all);
    const common = { trainers, database, pool, downloads: downloads.signal };
    const { workers, greeting } = await makeWorkers(options, connection, common);
    if (signal.aborted) return;
    say(greeting);
    options.onReady?.(trainers);
    const busy = (): number => pool.busy;
    isWhole = await runUntilStopped(workers, { signal, graceMs: environment.graceMs, busy, endTrainers: trainers.close, say }); // prettier-ignore
    say(warmthOf(pool));
  } finally {
    // What is still being fetched is for a trial that has gone back.
    downloads.abort();
    // A connection that cut-off workers still hold cannot be closed.
    if (isWhole) await connection?.close();
    await trainers.close();
    await database.close();
  }
}

interface Parts {
  trainers: Trainers;
  database: Database;
  pool: TrainerPool;
  downloads: AbortSignal;
}

async function makeWorkers(
  { environment, services, say }: WorkerOptions,
  connection: NativeConnection,
  { trainers, database, pool, downloads }: Parts,
): Promise<{ workers: Workers; greeting: string }> {
  const { deviceClass, memoryMiB } = trainers;
  const identity = workerIdentity({ pid: process.pid, host: hostname(), device: deviceClass, memoryMiB });
  const own = ownQueue(randomUUID());
  const hub = hubOf(environment, downloads);
  const workers = await createWorkers({
    connection,
    namespace: services.temporal.namespace,
    activities: createActivities({
      database,
      trainers: pool,
      worker: identity,
      ownQueue: own,
      say,
      device: deviceClass,
      program: await describeProgram(),
      resolveBackbone: (name, onProgress) => resolveBackbone(name, { ...hub, say: onProgress }),
      backboneFolders: environment.backboneFolders,
      findData: createDataFinder({
        database,
        folder: cacheLayout(environment.cacheFolder).launchedDatasets,
        resolveDataset: (name, onProgress) => resolveDataset(name, { ...hub, say: onProgress }),
      }),
    }),
    workflowBundle: await workflowBundle(join(environment.cacheFolder, 'workflow-bundles')),
    deviceClass,
    memoryMiB,
    trainers: pool.size,
    identity,
    ownQueue: own,
    graceMs: environment.graceMs,
  });
  const several = pool.size === 1 ? '' : `${pool.size} at a time, `;
  return { workers, greeting: `Worker ${identity} takes trials: ${several}up to ${memoryMiB} MiB each.` };
}

function warmthOf(pool: TrainerPool): string {
  const { warm, loaded, cold } = pool.counts();
  return `Of ${warm + loaded + cold} trials here ${warm} found backbone and data warm, ${loaded} the backbone.`;
}

function hubOf({ cacheFolder, hubUrl, hubToken }: Environment, signal: AbortSignal) {
  return {
    cacheFolder,
    fetch: (...[input, init]: Parameters<typeof fetch>) => fetch(input, { ...init, signal }),
    ...(hubUrl === undefined ? {} : { hubUrl }),
    ...(hubToken === undefined ? {} : { hubToken }),
  };
}
