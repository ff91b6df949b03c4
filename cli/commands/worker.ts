import { openServices } from '../../runtime/services.ts';
import type { Environment } from '../../runtime/environment.mjs';
import { createLog, isAtLeast, type Log } from '../../worker/log.ts';
import { secretsOf } from '../../worker/secrets.ts';
import { UsageError, type Command, type Terminal } from '../command.ts';
import { DONE } from '../exit-codes.ts';
import type { FromWorker } from '../own-worker.ts';
import { reconcileAtStart } from '../reconcile-at-start.ts';

export const workerCommand: Command = {
  name: 'worker',
  summary: 'train waiting trials on this machine until it is stopped (Ctrl-C drains it)',
  arguments: [],
  options: {
    trainers: {
      help: 'trials at one time; one a graphics card, or one on the processor, where absent',
      value: { name: 'number' },
    },
    joint: {
      help: 'trials of one backbone that each trainer trains at once, in joint steps; 1 where absent',
      value: { name: 'number' },
    },
    'metrics-port': {
      help: 'show Prometheus metrics at http://127.0.0.1:<port>/metrics',
      value: { name: 'port' },
    },
  },
  run: async ({ terminal, values }) => {
    const trainers = count('--trainers', values['trainers'], MOST_TRAINERS);
    const joint = count('--joint', values['joint'], MOST_JOINT);
    // Temporal's worker is large; the other commands do without.
    const { runWorker } = await import('../../worker/main.ts');
    const environment = withMetricsPort(terminal.environment, values['metrics-port']);
    const parent = parentOf(terminal);
    const services = await openServices({ environment, say: (text) => parent.tellOfServers(text, environment) });
    const log = parent.log(environment, secretsOf(environment, services));
    try {
      await runWorker({
        environment,
        services,
        ...(trainers === undefined ? {} : { trainers }),
        ...(joint === undefined ? {} : { joint }),
        log,
        onReady: ({ deviceClass: device }) => {
          parent.tell({ type: 'ready', device });
          // Beside the training: nobody waits for it.
          void reconcileAtStart({ services, device, log, signal: parent.signal });
        },
        signal: parent.signal,
      });
      return DONE;
    } finally {
      await services.close();
      parent.leave();
      endSoon();
    }
  },
};

const MOST_TRAINERS = 64;
/** A trainer takes no more side by side than its memory holds; the others wait for the next step. */
const MOST_JOINT = 64;

/** @throws UsageError */
function count(option: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new UsageError(`Expected \`${option}\` to be a whole number from 1 to ${most}, found \`${text}\`.`);
}

function withMetricsPort(environment: Environment, given: string | undefined): Environment {
  if (given === undefined) return environment;
  const metricsPort = Number(given);
  if (Number.isInteger(metricsPort) && metricsPort >= 1 && metricsPort <= 65_535)
    return { ...environment, metricsPort };
  throw new UsageError(`Expected \`--metrics-port\` to be a whole number from 1 to 65535, found "${given}".`);
}

const LEFTOVER_MS = 1_000;

/** A drained worker may still wait for another process's download, and nobody shall wait for it. */
function endSoon(): void {
  setTimeout(() => process.exit(), LEFTOVER_MS).unref();
}

interface Parent {
  log: (environment: Environment, secrets: string[]) => Log;
  tell: (message: FromWorker) => void;
  tellOfServers: (text: string, environment: Environment) => void;
  signal: AbortSignal;
  /** An open channel would keep the process alive. */
  leave: () => void;
}

/** A worker that a `--watch` started speaks through it, and ends with it. */
function parentOf({ say, signal, isTerminal }: Terminal): Parent {
  const logTo = (write: (line: string) => void): Parent['log'] => {
    return ({ logLevel, logFormat }, secrets) =>
      createLog({ level: logLevel, format: logFormat ?? (isTerminal ? 'text' : 'json'), write, secrets });
  };
  if (process.send === undefined) {
    const log = logTo(say);
    const tellOfServers: Parent['tellOfServers'] = (message, environment) =>
      log(environment, [])({ level: 'info', event: 'servers', message });
    return { log, tell: nothing, tellOfServers, signal, leave: nothing };
  }
  const orphaned = new AbortController();
  process.on('disconnect', () => orphaned.abort());
  const tell = (message: FromWorker): void => {
    if (process.connected) process.send?.(message);
  };
  return {
    log: ({ logLevel }, secrets) => sayWhatMatters((text) => tell({ type: 'said', text }), { logLevel, secrets }),
    tell,
    tellOfServers: nothing,
    leave: () => {
      if (process.connected) process.disconnect();
    },
    signal: AbortSignal.any([signal, orphaned.signal]),
  };
}

/** Progress is drawn by the parent, so a trial is spoken of only where it goes wrong. */
function sayWhatMatters(
  say: (text: string) => void,
  { logLevel, secrets }: { logLevel: Environment['logLevel']; secrets: string[] },
): Log {
  const everything = createLog({ level: 'debug', format: 'sentence', write: say, secrets });
  return (entry) => {
    const isGrave = isAtLeast(entry.level, 'warn') && isAtLeast(entry.level, logLevel);
    if (isGrave || logLevel === 'debug' || entry.event === 'worker-started') everything(entry);
  };
}

function nothing(): void {
  // There is no parent to speak to.
}
