// Temporal's SDK is talkative; what a person has to know is said by us.
import { DefaultLogger, Runtime, type LogLevel } from '@temporalio/worker';

const LEVELS = { error: 'ERROR', warn: 'ERROR', info: 'ERROR', debug: 'DEBUG' } as const satisfies Record<
  string,
  LogLevel
>;

/** Once a process, before its first connection. Failed attempts are warnings to the SDK: they are in Postgres with their reason. */
export function quietRuntime(level: keyof typeof LEVELS): void {
  Runtime.install({
    logger: new DefaultLogger(LEVELS[level]),
    telemetryOptions: { logging: { filter: { core: LEVELS[level], other: 'ERROR' } } },
    // Ours is the say over when to stop.
    shutdownSignals: [],
  });
}
