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
import { connectionError } from '../runtime/temporal-connection.ts';
import type { TemporalConnectionOptions } from '../runtime/temporal-settings.ts';
import { createTrainer, type Trainer } from '../training/trainer.ts';
import { workerIdentity } from '../workflows/ids.ts';
import { trainingQueue, type DeviceClass } from '../workflows/queues.ts';
import { audibleCodec } from './audible-codec.ts';
import { detectDevice } from './device.ts';
import { quietRuntime } from './logging.ts';
import { untilNewer } from './version-watch.ts';
import { createWorkers } from './worker.ts';
import { workflowBundle } from './workflow-bundle.ts';

export interface WorkerOptions {
  environment: Environment;
  services: Pick<Services, 'databaseUrl' | 'temporal'>;
  say: (text: string) => void;
  /** Called once, when it asks for work. */
  onReady?: (deviceClass: DeviceClass) => void;
  /** Drains the worker: running trials stop at their next step and go back to the queue. */
  signal: AbortSignal;
}

/** Resolves when the worker has drained. */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { environment, services, say } = options;
  quietRuntime(environment.logLevel);
  const deviceClass = await detectDevice(environment.device);
  const trainer = startTrainer(options, deviceClass);
  const database = createDatabase(services.databaseUrl);
  const watching = new AbortController();
  let connection: NativeConnection | undefined;
  try {
    await migrate(database);
    connection = await connect(services.temporal.connectionOptions);
    const identity = workerIdentity({ pid: process.pid, host: hostname(), device: deviceClass });
    const workers = await createWorkers({
      connection,
      namespace: services.temporal.namespace,
      payloadCodecs: (services.temporal.payloadCodecs ?? []).map((codec) => audibleCodec(codec, say)),
      activities: createActivities({
        database,
        trainers: new TrainerPool([trainer]),
        worker: identity,
        say,
        device: deviceClass,
        program: await describeProgram(),
        resolveBackbone: (name, onProgress) => resolveBackbone(name, { ...hubOf(environment), say: onProgress }),
      }),
      workflowBundle: await workflowBundle(join(environment.cacheFolder, 'workflow-bundles')),
      deviceClass,
      trainers: 1,
      identity,
    });
    options.signal.addEventListener('abort', () => workers.shutdown(), { once: true });
    const newer = untilNewer(database, { signal: watching.signal });
    void newer.then((error) => {
      if (error !== null) workers.shutdown();
    });
    if (options.signal.aborted) return;
    say(`Worker ${identity} takes trials from ${trainingQueue(deviceClass)}.`);
    options.onReady?.(deviceClass);
    await workers.run();
    watching.abort();
    const outdated = await newer;
    if (outdated !== null) throw outdated;
  } finally {
    watching.abort();
    await connection?.close();
    await trainer.close();
    await database.close();
  }
}

async function connect(options: TemporalConnectionOptions): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(options);
  } catch (error) {
    throw await connectionError(options, error);
  }
}

function startTrainer({ environment, say }: WorkerOptions, deviceClass: DeviceClass): Trainer {
  return createTrainer({
    ...(environment.threads === undefined ? {} : { threads: environment.threads }),
    ...(deviceClass === 'cpu' ? { env: childEnvironment({ CUDA_VISIBLE_DEVICES: '-1' }) } : {}),
    say: (line) => {
      if (environment.logLevel === 'debug') say(`trainer: ${line}`);
    },
  });
}

function hubOf({ cacheFolder, hubUrl, hubToken }: Environment) {
  return {
    cacheFolder,
    ...(hubUrl === undefined ? {} : { hubUrl }),
    ...(hubToken === undefined ? {} : { hubToken }),
  };
}
