// A sweep as it goes on: what Postgres says, again and again, until the sweep has ended.
import { isGrpcServiceError } from '@temporalio/client';
import { setTimeout as wait } from 'node:timers/promises';
import { isWorthWaiting, sentenceOf } from '../db/errors.ts';
import { isOpen } from '../sweep/states.ts';
import type { Control } from './control.ts';
import { statusOf, type SweepStatus } from './status.ts';
import { workflowState } from './sweep-workflow.ts';

export interface WatchOptions {
  everyMs?: number;
  /** Ends the watching, never the sweep. */
  signal?: AbortSignal;
  /** Called once when the database goes away: the watching waits for it. */
  onAway?: (reason: string) => void;
}

const EVERY_MS = 1_000;
/** Asking Temporal as well is dearer, and only tells what should never happen. */
const WORKFLOW_EVERY = 15;

/** The last one yielded is of a sweep that has ended, unless the signal came first. @throws when its workflow is gone */
export async function* watch(control: Control, name: string, options: WatchOptions = {}): AsyncGenerator<SweepStatus> {
  const { everyMs = EVERY_MS, signal, onAway } = options;
  let wasAway = false;
  for (let looked = 1; signal?.aborted !== true; looked += 1) {
    const status = await lookAt(control, name);
    const isAway = typeof status === 'string';
    if (isAway && !wasAway) onAway?.(status);
    wasAway = isAway;
    if (!isAway) {
      yield status;
      if (!isOpen(status.sweep)) return;
      if (looked % WORKFLOW_EVERY === 0) await assertAlive(control, status);
    }
    await wait(everyMs, undefined, signal ? { signal } : {}).catch(() => undefined);
  }
}

/** A server that is killed comes back, and one without room finds some; the sweep is not over for that. @returns why there was no look */
async function lookAt(control: Control, name: string): Promise<SweepStatus | string> {
  try {
    return await statusOf(control, name);
  } catch (error) {
    if (isWorthWaiting(error)) return sentenceOf(error);
    throw error;
  }
}

async function assertAlive(control: Control, { sweep }: SweepStatus): Promise<void> {
  const state = await workflowState(control, sweep.id).catch((error: unknown) => {
    if (isGrpcServiceError(error)) return 'unknown'; // Temporal is away: it will tell when it is back
    throw error;
  });
  if (state === 'running' || state === 'unknown') return;
  const again = await lookAt(control, sweep.id);
  if (typeof again === 'string' || !isOpen(again.sweep)) return;
  throw new Error(
    `Expected the workflow of sweep \`${sweep.name}\` to run, found that it has ended. \`lpt-sweep resume ${sweep.name}\` starts it again.`,
  );
}
