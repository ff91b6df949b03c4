import { openServices } from '../../runtime/services.ts';
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
  },
  run: async ({ terminal, values }) => {
    const trainers = numberOfTrainers(values['trainers']);
    // Temporal's worker is large; the other commands do without.
    const { runWorker } = await import('../../worker/main.ts');
    const { environment } = terminal;
    const parent = parentOf(terminal);
    const services = await openServices({ environment, say: parent.tellOfServers });
    try {
      await runWorker({
        environment,
        services,
        ...(trainers === undefined ? {} : { trainers }),
        say: parent.say,
        onReady: ({ deviceClass: device }) => {
          parent.tell({ type: 'ready', device });
          // Beside the training: nobody waits for it.
          void reconcileAtStart({ services, device, say: parent.say, signal: parent.signal });
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

/** @throws UsageError */
function numberOfTrainers(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= MOST_TRAINERS) return number;
  throw new UsageError(`Expected \`--trainers\` to be a whole number from 1 to ${MOST_TRAINERS}, found \`${text}\`.`);
}

const LEFTOVER_MS = 1_000;

/** A drained worker may still wait for another process's download, and nobody shall wait for it. */
function endSoon(): void {
  setTimeout(() => process.exit(), LEFTOVER_MS).unref();
}

interface Parent {
  say: (text: string) => void;
  tell: (message: FromWorker) => void;
  tellOfServers: (text: string) => void;
  signal: AbortSignal;
  /** An open channel would keep the process alive. */
  leave: () => void;
}

/** A worker that a `--watch` started speaks through it, and ends with it. */
function parentOf({ say, signal }: Terminal): Parent {
  if (process.send === undefined) return { say, tell: nothing, tellOfServers: say, signal, leave: nothing };
  const orphaned = new AbortController();
  process.on('disconnect', () => orphaned.abort());
  const tell = (message: FromWorker): void => {
    if (process.connected) process.send?.(message);
  };
  return {
    say: (text) => tell({ type: 'said', text }),
    tell,
    tellOfServers: nothing,
    leave: () => {
      if (process.connected) process.disconnect();
    },
    signal: AbortSignal.any([signal, orphaned.signal]),
  };
}

function nothing(): void {
  // There is no parent to speak to.
}
