// Temporal's SDK in our own log. It is talkative: what a person has to know is said by us, so only its warnings go on.
import { Runtime, type LogLevel, type LogMetadata, type Logger } from '@temporalio/worker';
import type { Log } from './log.ts';

export interface RuntimeSettings {
  log: Log;
  isDebugging: boolean;
  /** Host and port where the SDK's core shows its own metrics. */
  metricsAddress?: string;
}

/** Once a process, before its first connection. */
export function installRuntime({ log, isDebugging, metricsAddress }: RuntimeSettings): void {
  Runtime.install({
    logger: new TemporalLogger(log),
    telemetryOptions: {
      logging: { filter: { core: isDebugging ? 'DEBUG' : 'WARN', other: 'ERROR' }, forward: {} },
      ...(metricsAddress === undefined ? {} : { metrics: { prometheus: { bindAddress: metricsAddress } } }),
    },
    // Ours is the say over when to stop.
    shutdownSignals: [],
  });
}

const OURS = { TRACE: 'debug', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;

/** A failed attempt is told of by `attempt-ended`, with its kind; the half of a worker that trains has no workflows on purpose. */
const NO_WARNINGS = new Set(['Activity failed', 'No workflows registered, not polling for workflow tasks']);

class TemporalLogger implements Logger {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  log(level: LogLevel, message: string, meta?: LogMetadata): void {
    const why = meta?.['error'] instanceof Error ? `: ${meta['error'].message}` : '';
    const graveness = NO_WARNINGS.has(message) ? 'debug' : OURS[level];
    const fields = { component: text(meta?.['sdkComponent']), workflowId: text(meta?.['workflowId']) };
    this.#log({ level: graveness, event: 'temporal', message: `Temporal: ${message}${why}`, fields });
  }

  trace(message: string, meta?: LogMetadata): void {
    this.log('TRACE', message, meta);
  }

  debug(message: string, meta?: LogMetadata): void {
    this.log('DEBUG', message, meta);
  }

  info(message: string, meta?: LogMetadata): void {
    this.log('INFO', message, meta);
  }

  warn(message: string, meta?: LogMetadata): void {
    this.log('WARN', message, meta);
  }

  error(message: string, meta?: LogMetadata): void {
    this.log('ERROR', message, meta);
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
