// All that looks on while a worker works: its log, its metrics, its traces. Made first, ended last.
import type { Observe } from '../activities/happening.ts';
import type { Environment } from '../runtime/environment.mjs';
import { freePort, LOOPBACK } from '../runtime/ports.ts';
import { startTracing } from '../runtime/tracing.ts';
import { logHappenings } from './log-happenings.ts';
import { isAtLeast, type Log } from './log.ts';
import type { WorkerFacts } from './metrics.ts';
import { installRuntime } from './temporal-runtime.ts';
import { traceHappenings } from './trace-happenings.ts';
import { tracingModules, workerTracing, type WorkerTracing } from './tracing.ts';

export interface Watching {
  observe: Observe;
  /** For Temporal's workers; null where nothing is traced. */
  tracing: WorkerTracing | null;
  /** What belongs into the bundle of workflows beside them. */
  workflowModules: string[];
  close(): Promise<void>;
}

export interface WatchingOptions {
  environment: Environment;
  log: Log;
  facts: WorkerFacts;
}

/** Once a process, before its first connection to Temporal. @throws when the port for metrics is taken */
export async function startWatching({ environment, log, facts }: WatchingOptions): Promise<Watching> {
  const { metricsPort, metricsHost, logLevel, tracesUrl } = environment;
  const temporalAddress = metricsPort === undefined ? undefined : `${LOOPBACK}:${await freePort()}`;
  const metricsAddress = temporalAddress === undefined ? {} : { metricsAddress: temporalAddress };
  installRuntime({ log, isDebugging: isAtLeast('debug', logLevel), ...metricsAddress });
  const observers = [logHappenings(log)];
  const closers: (() => Promise<void>)[] = [];
  if (metricsPort !== undefined && temporalAddress !== undefined) {
    const metrics = await startMetrics(facts, { host: metricsHost, port: metricsPort, temporalAddress });
    observers.push(metrics.observe);
    closers.push(metrics.close);
    log({ level: 'info', event: 'metrics', message: `Metrics are at ${metrics.url}.`, fields: { url: metrics.url } });
  }
  const say = (message: string): void => log({ level: 'warn', event: 'traces-lost', message });
  const tracing = await startTracing({ tracesUrl, version: facts.version, say });
  if (tracing !== null) {
    observers.push(traceHappenings());
    closers.push(() => tracing.close());
  }
  return {
    observe: (happening) => observers.forEach((observe) => observe(happening)),
    tracing: tracing === null ? null : await workerTracing(tracing),
    workflowModules: tracing === null ? [] : tracingModules(),
    close: async () => {
      for (const close of closers) await close();
    },
  };
}

/** Loaded only where somebody asks for metrics. */
async function startMetrics(facts: WorkerFacts, place: { host: string; port: number; temporalAddress: string }) {
  const [{ createMetrics }, { startMetricsServer }] = await Promise.all([
    import('./metrics.ts'),
    import('./metrics-server.ts'),
  ]);
  const { registry, observe } = createMetrics(facts);
  const server = await startMetricsServer({ registry, ...place });
  return { observe, url: server.url, close: () => server.close() };
}
