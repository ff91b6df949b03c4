import { openServices } from '../../runtime/services.ts';
import type { Command, Terminal } from '../command.ts';
import { DONE } from '../exit-codes.ts';
import type { FromWorker } from '../own-worker.ts';

export const workerCommand: Command = {
  name: 'worker',
  summary: 'train waiting trials on this machine until it is stopped (Ctrl-C drains it)',
  arguments: [],
  options: {},
  run: async ({ terminal }) => {
    // Temporal's worker is large; the other commands do without.
    const { runWorker } = await import('../../worker/main.ts');
    const { environment } = terminal;
    const parent = parentOf(terminal);
    const services = await openServices({ environment, say: parent.tellOfServers });
    try {
      await runWorker({
        environment,
        services,
        say: parent.say,
        onReady: (device) => parent.tell({ type: 'ready', device }),
        signal: parent.signal,
      });
      return DONE;
    } finally {
      await services.close();
      parent.leave();
    }
  },
};

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
