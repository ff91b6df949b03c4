// Records the histories that test/workflows/replay.test.ts replays: one of each shape a workflow can take.
// Run it after a change of workflows/ that is meant to change what they do: `npx tsx scripts/record-history.ts`.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { encodeHistory } from '../test/support/histories.ts';
import { developmentServer, quietTemporal } from '../test/support/temporal.ts';
import { Orchestra, type Script } from '../test/workflows/orchestra.ts';
import { sweepWorkflow } from '../workflows/sweep.ts';
import {
  cancelUpdate,
  continueUpdate,
  lookSignal,
  pauseUpdate,
  priorityUpdate,
  windowUpdate,
  type SweepInput,
} from '../workflows/messages.ts';

interface Shape {
  trials: number;
  script: Script;
  input?: Partial<SweepInput>;
  window?: number;
  warmQueue?: string;
  /** What happens to it while it runs. */
  meddle?: (handle: WorkflowHandle, orchestra: Orchestra) => Promise<void>;
}

const SHAPES: Record<string, Shape> = {
  complete: { trials: 3, script: () => 'complete', input: { searchAttributes: true } },
  'with-failures': {
    trials: 3,
    script: (id, attempt) => (id === 'trial-0' ? 'data' : attempt <= 2 ? 'trainer-lost' : 'complete'),
  },
  cancelled: {
    trials: 3,
    script: () => 'hang',
    meddle: async (handle, orchestra) => {
      await until(() => orchestra.running === 2);
      await handle.cancel();
    },
  },
  paused: {
    trials: 3,
    script: () => 'hang',
    meddle: async (handle, orchestra) => {
      await until(() => orchestra.running === 2);
      await handle.executeUpdate(pauseUpdate, { args: [{}] });
    },
  },
  // What `continue`, `add` and `priority` do to a sweep that runs, and a window that grows.
  'looked-again': {
    trials: 3,
    script: (_, attempt) => (attempt === 1 ? 'hang' : 'complete'),
    meddle: async (handle, orchestra) => {
      await until(() => orchestra.running === 2);
      orchestra.halt('paused', ['trial-1']);
      await handle.signal(lookSignal);
      await until(() => orchestra.states.get('trial-1') === 'paused');
      orchestra.window = 3;
      orchestra.states.set('trial-1', 'waiting');
      orchestra.states.set('trial-3', 'waiting');
      await handle.signal(lookSignal);
      await until(() => orchestra.states.get('trial-1') === 'complete');
      orchestra.letGo();
    },
  },
  continued: { trials: 12, script: () => 'complete', input: { historyLimit: 60 } },
  // So many failures in a row that the sweep is stopped, with a trial still waiting.
  'stopped-for-failures': { trials: 4, script: () => 'data', input: { stopAfterFailures: 2 }, window: 1 },
  // A rule has stopped a trial between two that failed.
  'stopped-between-failures': {
    trials: 4,
    script: (id) => (id === 'trial-1' ? 'stopped-early' : 'data'),
    input: { stopAfterFailures: 2 },
    window: 1,
  },
  // By those who have only the tools of Temporal.
  'told-by-updates': {
    trials: 3,
    script: () => 'hang',
    meddle: async (handle, orchestra) => {
      await until(() => orchestra.running === 2);
      await handle.executeUpdate(windowUpdate, { args: [{ window: 3 }] });
      await until(() => orchestra.running === 3);
      await handle.executeUpdate(priorityUpdate, { args: [{ priority: 1, where: 'method=lpt' }] });
      await handle.executeUpdate(continueUpdate, { args: [{}] });
      await handle.executeUpdate(cancelUpdate, { args: [{}] });
    },
  },
  // Cancelled in Temporal while an update is being written down: that is waited for.
  'told-and-cancelled': {
    trials: 3,
    script: () => 'hang',
    meddle: async (handle, orchestra) => {
      let letGo = (): void => undefined;
      orchestra.orderHeld = new Promise((resolve) => (letGo = resolve));
      await until(() => orchestra.running === 2);
      const answer = handle.executeUpdate(continueUpdate, { args: [{}] });
      await until(() => orchestra.obeying === 1);
      await handle.cancel();
      await until(() => orchestra.idsIn('cancelled').length === 2);
      letGo();
      await answer;
    },
  },
  // Left, busy, lost; and sent first to a warm worker, which is not there.
  'turned-away': {
    trials: 2,
    window: 1,
    warmQueue: 'worker-that-has-gone',
    script: (id, attempt) =>
      id === 'trial-0' ? 'complete' : (['leave', 'busy', 'worker-lost'][attempt - 1] ?? 'complete'),
  },
};

const FOLDER = join(import.meta.dirname, '../test/histories');

async function record(environment: TestWorkflowEnvironment, name: string, shape: Shape): Promise<void> {
  const orchestra = new Orchestra(Array.from({ length: shape.trials }, (_, index) => `trial-${index}`));
  orchestra.script = shape.script;
  orchestra.window = shape.window ?? orchestra.window;
  orchestra.warmQueue = shape.warmQueue ?? null;
  await orchestra.play(environment, async () => {
    const handle = await environment.client.workflow.start(sweepWorkflow, {
      workflowId: `recorded-${name}`,
      taskQueue: orchestra.queue,
      args: [orchestra.input({ sweepId: name, ...shape.input })],
    });
    await shape.meddle?.(handle, orchestra);
    await handle.result().catch(() => undefined);
    const first = environment.client.workflow.getHandle(`recorded-${name}`, handle.firstExecutionRunId);
    await save(`sweep-${name}`, first);
    await save(`trial-${name}`, environment.client.workflow.getHandle(`sweep-${name}-trial-trial-1`));
  });
}

async function save(file: string, handle: WorkflowHandle): Promise<void> {
  const history = await handle.fetchHistory();
  await writeFile(join(FOLDER, `${file}.json`), encodeHistory(history));
  process.stdout.write(`${file}: ${history.events?.length ?? 0} events\n`);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

quietTemporal();
const environment = await developmentServer();
try {
  for (const [name, shape] of Object.entries(SHAPES)) await record(environment, name, shape);
} finally {
  await environment.teardown();
}
