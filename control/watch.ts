// A sweep as it goes on: what Postgres says, again and again, until the sweep has ended.
import { setTimeout as wait } from 'node:timers/promises';
import type { Control } from './control.ts';
import { describe, type SweepStatus } from './describe.ts';
import { workflowState } from './sweep-workflow.ts';

export interface WatchOptions {
  everyMs?: number;
  /** Ends the watching, never the sweep. */
  signal?: AbortSignal;
}

const EVERY_MS = 1_000;
/** Asking Temporal as well is dearer, and only tells what should never happen. */
const WORKFLOW_EVERY = 15;

/** The last one yielded is of a sweep that has ended, unless the signal came first. @throws when its workflow is gone */
export async function* watch(control: Control, name: string, options: WatchOptions = {}): AsyncGenerator<SweepStatus> {
  const { everyMs = EVERY_MS, signal } = options;
  for (let looked = 1; signal?.aborted !== true; looked += 1) {
    const status = await describe(control, name);
    yield status;
    if (hasEnded(status)) return;
    if (looked % WORKFLOW_EVERY === 0) await assertAlive(control, status);
    await wait(everyMs, undefined, signal ? { signal } : {}).catch(() => undefined);
  }
}

function hasEnded({ sweep }: SweepStatus): boolean {
  return sweep.state !== 'waiting' && sweep.state !== 'running';
}

async function assertAlive(control: Control, { sweep }: SweepStatus): Promise<void> {
  if ((await workflowState(control, sweep.id)) === 'running') return;
  const { sweep: again } = await describe(control, sweep.id);
  if (again.state !== 'running' && again.state !== 'waiting') return;
  throw new Error(
    `Expected the workflow of sweep \`${sweep.name}\` to run, found that it has ended. \`lpt-sweep resume ${sweep.name}\` starts it again.`,
  );
}
