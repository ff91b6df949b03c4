// A worker process: connects, trains what is waiting, and drains when it is told to stop.
import { hostname } from 'node:os';
import { join } from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import { TrainerPool } from '../activities/trainer-pool.ts';
import { createDatabase } from '../db/client.ts';
import { migrate } from '../db/migrate.ts';
import { resolveBackbone } from '../runtime/backbones.ts';
import { childEnvironment, type Environment } from '../runtime/environment.mjs';
import { describeProgram } from '../runtime/program.ts';
import type { Services } from '../runtime/services.ts';
import type { ProgramProvenance } from '../sweep/provenance.ts';
import { createTrainer, type Trainer } from '../training/trainer.ts';
import { workerIdentity } from '../workflows/ids.ts';
import { trainingQueue, type DeviceClass } from '../workflows/queues.ts';
import { detectDevice } from './device.ts';
import { withFields, type Log } from './log.ts';
import { startWatching, type Watching } from './watching.ts';
import { createWorkers } from './worker.ts';
import { workflowBundle } from './workflow-bundle.ts';

export interface WorkerOptions {
  environment: Environment;
  services: Pick<Services, 'databaseUrl' | 'temporal'>;
  log: Log;
  /** Called once, when it asks for work. */
  onReady?: (deviceClass: DeviceClass) => void;
  /** Drains the worker: running trials stop at their next step and go back to the queue. */
  signal: AbortSignal;
}

/** Resolves when the worker has drained. */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { environment } = options;
  const deviceClass = await detectDevice(environment.device);
  const identity = workerIdentity({ pid: process.pid, host: hostname(), device: deviceClass });
  const log = withFields(options.log, { worker: identity });
  const program = await describeProgram();
  const facts = { worker: identity, device: deviceClass, version: program.version };
  const watching = await startWatching({ environment, log, facts });
  try {
    await work({ ...options, log }, { deviceClass, identity, program, watching });
    log({ level: 'info', event: 'worker-stopped', message: `Worker ${identity} has stopped.` });
  } finally {
    await watching.close();
  }
}

interface Surroundings {
  deviceClass: DeviceClass;
  identity: string;
  program: ProgramProvenance;
  watching: Watching;
}

async function work(options: WorkerOptions, surroundings: Surroundings): Promise<void> {
  const { environment, services, log } = options;
  const { deviceClass, identity, program, watching } = surroundings;
  const trainer = startTrainer(options, surroundings);
  const database = createDatabase(services.databaseUrl);
  let connection: NativeConnection | undefined;
  try {
    await migrate(database);
    connection = await NativeConnection.connect(services.temporal.connectionOptions);
    const workers = await createWorkers({
      connection,
      namespace: services.temporal.namespace,
      activities: createActivities({
        database,
        trainers: new TrainerPool([trainer]),
        worker: identity,
        say: (message) => log({ level: 'warn', event: 'notice', message }),
        observe: watching.observe,
        device: deviceClass,
        program,
        resolveBackbone: (name, onProgress) => resolveBackbone(name, { ...hubOf(environment), say: onProgress }),
      }),
      workflowBundle: await workflowBundle(join(environment.cacheFolder, 'workflow-bundles'), watching.workflowModules),
      deviceClass,
      trainers: 1,
      identity,
      tracing: watching.tracing,
    });
    const drain = (): void => {
      log({
        level: 'info',
        event: 'worker-draining',
        message: `Worker ${identity} drains: its trial stops at its next step.`,
      });
      workers.shutdown();
    };
    options.signal.addEventListener('abort', drain, { once: true });
    if (options.signal.aborted) return;
    const queue = trainingQueue(deviceClass);
    const message = `Worker ${identity} takes trials from ${queue}.`;
    log({ level: 'info', event: 'worker-started', message, fields: { queue, version: program.version } });
    options.onReady?.(deviceClass);
    await workers.run();
  } finally {
    await connection?.close();
    await trainer.close();
    await database.close();
  }
}

function startTrainer({ environment, log }: WorkerOptions, { deviceClass, watching }: Surroundings): Trainer {
  const { observe } = watching;
  return createTrainer({
    ...(environment.threads === undefined ? {} : { threads: environment.threads }),
    ...(deviceClass === 'cpu' ? { env: childEnvironment({ CUDA_VISIBLE_DEVICES: '-1' }) } : {}),
    say: (line) => log({ level: 'debug', event: 'trainer-wrote', message: `trainer: ${line}` }),
    onStart: (pid) => observe({ type: 'trainer-started', pid }),
    onDeath: (pid, how) => observe({ type: 'trainer-died', pid, how }),
  });
}

function hubOf({ cacheFolder, hubUrl, hubToken }: Environment) {
  return {
    cacheFolder,
    ...(hubUrl === undefined ? {} : { hubUrl }),
    ...(hubToken === undefined ? {} : { hubToken }),
  };
}
