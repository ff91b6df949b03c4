// A worker process: connects, trains what is waiting, and drains when it is told to stop.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { NativeConnection } from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import type { Observe } from '../activities/happening.ts';
import { createDataFinder } from '../activities/local-data.ts';
import { TrainerPool } from '../activities/trainer-pool.ts';
import { createDatabase, type Database } from '../db/client.ts';
import { migrate } from '../db/migrate.ts';
import { resolveBackbone } from '../runtime/backbones.ts';
import { resolveDataset } from '../runtime/datasets.ts';
import type { Environment } from '../runtime/environment.mjs';
import { cacheLayout } from '../runtime/folders.mjs';
import { hubAccess } from '../runtime/hub.ts';
import { describeProgram } from '../runtime/program.ts';
import type { Services } from '../runtime/services.ts';
import type { ProgramProvenance } from '../sweep/provenance.ts';
import { workerIdentity } from '../workflows/ids.ts';
import { ownQueue } from '../workflows/queues.ts';
import { audibleCodec } from './audible-codec.ts';
import { connectWorker } from './connection.ts';
import { runUntilStopped } from './drain.ts';
import { withFields, type Log } from './log.ts';
import { createWorkers, type Workers } from './temporal-workers.ts';
import { startTrainers, type Trainers } from './trainers.ts';
import { VersionWatch } from './version-watch.ts';
import { startWatching, type Watching } from './watching.ts';
import { workflowBundle } from './workflow-bundle.ts';

export interface WorkerOptions {
  environment: Environment;
  services: Pick<Services, 'databaseUrl' | 'temporal'>;
  /** Absent: one a card, or one on the processor. */
  trainers?: number;
  /** Trials of one backbone that a trainer trains at once; absent: one. */
  joint?: number;
  log: Log;
  /** Called once, when it asks for work. */
  onReady?: (offer: Pick<Trainers, 'deviceClass' | 'memoryMiB'>) => void;
  /** Drains the worker: running trials stop at their next step and go back to the queue. */
  signal: AbortSignal;
}

/** Resolves when the worker has drained. */
export async function runWorker(options: WorkerOptions): Promise<void> {
  let watching: Watching | undefined;
  const observe: Observe = (happening) => watching?.observe(happening);
  const trainers = await startTrainers({ ...options, observe });
  try {
    const { deviceClass: device, memoryMiB } = trainers;
    const identity = workerIdentity({ pid: process.pid, host: hostname(), device, memoryMiB });
    const log = withFields(options.log, { worker: identity });
    const program = await describeProgram();
    const facts = { worker: identity, device, version: program.version };
    watching = await startWatching({ environment: options.environment, log, facts });
    await work({ ...options, log }, { trainers, identity, program, watching });
    log({ level: 'info', event: 'worker-stopped', message: `Worker ${identity} has stopped.` });
  } finally {
    await trainers.close();
    await watching?.close();
  }
}

interface Surroundings {
  trainers: Trainers;
  identity: string;
  program: ProgramProvenance;
  watching: Watching;
}

async function work(options: WorkerOptions, surroundings: Surroundings): Promise<void> {
  const { environment, services, log } = options;
  const { trainers } = surroundings;
  const database = createDatabase(services.databaseUrl);
  const version = new VersionWatch(database);
  const signal = AbortSignal.any([options.signal, version.outdated]);
  const isStopped = (): boolean => signal.aborted;
  const downloads = new AbortController();
  const say = (message: string): void => log({ level: 'info', event: 'worker-draining', message });
  let connection: NativeConnection | undefined;
  let isHeld = false;
  try {
    await migrate(database);
    connection = await connectWorker(services.temporal.connectionOptions);
    const pool = new TrainerPool(trainers.all, trainers.joint);
    const parts = { ...surroundings, database, pool, downloads: downloads.signal };
    if (isStopped()) return;
    isHeld = true;
    const workers = await makeWorkers(options, connection, parts);
    if (isStopped()) return;
    log({ level: 'info', event: 'worker-started', message: greetingOf(surroundings) });
    options.onReady?.(trainers);
    const busy = (): number => pool.busy;
    void version.start(({ message }) => log({ level: 'warn', event: 'worker-outdated', message }));
    const isWhole = await runUntilStopped(workers, {
      signal,
      graceMs: environment.graceMs,
      busy,
      endTrainers: trainers.close,
      say,
    });
    isHeld = !isWhole;
    log({ level: 'info', event: 'trainers-warm', message: warmthOf(pool) });
    version.check();
  } finally {
    version.end();
    // What is still being fetched is for a trial that has gone back.
    downloads.abort();
    // A connection that workers hold cannot be closed: such as were cut off, or were made and told to stop before they ran.
    try {
      if (!isHeld) await connection?.close();
    } finally {
      await database.close();
    }
  }
}

interface Parts extends Surroundings {
  database: Database;
  pool: TrainerPool;
  downloads: AbortSignal;
}

async function makeWorkers(
  { environment, services, log }: WorkerOptions,
  connection: NativeConnection,
  parts: Parts,
): Promise<Workers> {
  const { database, pool, identity, program, watching, trainers } = parts;
  const { deviceClass, memoryMiB } = trainers;
  const own = ownQueue(randomUUID());
  const hub = hubOf(environment, parts.downloads);
  const { payloadCodecs = [], encodesFailures = false } = services.temporal;
  const bundles = join(environment.cacheFolder, 'workflow-bundles');
  const interceptorModules = watching.workflowModules;
  const notice = (message: string): void => log({ level: 'warn', event: 'notice', message });
  return createWorkers({
    connection,
    namespace: services.temporal.namespace,
    payloadCodecs: payloadCodecs.map((codec) => audibleCodec(codec, notice)),
    activities: createActivities({
      ...{ database, trainers: pool, worker: identity, ownQueue: own, device: deviceClass, program },
      say: notice,
      observe: watching.observe,
      resolveBackbone: (name, onProgress) => resolveBackbone(name, { ...hub, onProgress }),
      backboneFolders: environment.backboneFolders,
      findData: createDataFinder({
        database,
        folder: cacheLayout(environment.cacheFolder).launchedDatasets,
        resolveDataset: (name, onProgress) => resolveDataset(name, { ...hub, onProgress }),
      }),
    }),
    ...{ encodesFailures, workflowBundle: await workflowBundle(bundles, { interceptorModules, encodesFailures }) },
    ...{ deviceClass, memoryMiB, trainers: pool.size, identity, ownQueue: own },
    graceMs: environment.graceMs,
    tracing: watching.tracing,
  });
}

function greetingOf({ identity, trainers: { all, joint, memoryMiB } }: Surroundings): string {
  const count = all.length * joint;
  const several = count === 1 ? '' : `${count} at a time, `;
  return `Worker ${identity} takes trials: ${several}up to ${memoryMiB} MiB each.`;
}

function warmthOf(pool: TrainerPool): string {
  const { warm, loaded, cold } = pool.counts();
  return `Of ${warm + loaded + cold} trials here ${warm} found backbone and data warm, ${loaded} the backbone.`;
}

function hubOf(environment: Environment, signal: AbortSignal) {
  return {
    cacheFolder: environment.cacheFolder,
    fetch: (...[input, init]: Parameters<typeof fetch>) => fetch(input, { ...init, signal }),
    ...hubAccess(environment),
  };
}
