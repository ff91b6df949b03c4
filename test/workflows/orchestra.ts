// Workflow tests' seam: the real workflows, activities played by a table of trials in memory.
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { ApplicationFailure, Context } from '@temporalio/activity';
import type { PayloadCodec } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Activities } from '../../activities/index.ts';
import type { TrialState } from '../../sweep/trial.ts';
import { buildWorkflowBundle } from '../../worker/workflow-bundle.ts';
import { trainingQueue } from '../../workflows/queues.ts';
import type { SweepInput } from '../../workflows/messages.ts';

/** What the nth attempt at a trial does: an error kind to fail with, `hang` until cancelled or let go, or `complete`. */
export type Script = (trialId: string, attempt: number) => string;

let bundle: Promise<string> | undefined;

export class Orchestra {
  readonly queue = `test-${randomUUID()}`;
  readonly states = new Map<string, TrialState>();
  readonly attempts = new Map<string, number>();
  readonly errors = new Map<string, { kind: string; message: string }>();
  /** Sizes of `except` in each request, which is what the workflow believes to be in flight. */
  readonly asked: number[] = [];
  running = 0;
  mostRunning = 0;
  sweepState = 'waiting';
  starts = 0;
  script: Script = () => 'complete';
  payloadCodecs: PayloadCodec[] = [];
  readonly #letGo = new AbortController();

  constructor(trialIds: string[]) {
    for (const id of trialIds) this.states.set(id, 'waiting');
  }

  input(changes: Partial<SweepInput> = {}): SweepInput {
    return { sweepId: 'sweep', window: 2, deviceClass: 'cpu', searchAttributes: false, ...changes };
  }

  /** Lets what hangs end well. */
  letGo(): void {
    this.#letGo.abort();
  }

  idsIn(state: TrialState): string[] {
    return [...this.states].filter(([, found]) => found === state).map(([id]) => id);
  }

  /** Runs both workers while `work` goes on. */
  async play<T>(environment: TestWorkflowEnvironment, work: () => Promise<T>): Promise<T> {
    // A cancellation travels with the answer to a heartbeat.
    const prompt = { defaultHeartbeatThrottleInterval: '100ms', maxHeartbeatThrottleInterval: '100ms' } as const;
    const dataConverter = { payloadCodecs: this.payloadCodecs };
    const shared = {
      connection: environment.nativeConnection,
      activities: this.#activities(),
      dataConverter,
      ...prompt,
    };
    const code = await (bundle ??= buildWorkflowBundle());
    const quick = await Worker.create({ ...shared, taskQueue: this.queue, workflowBundle: { code } });
    const training = await Worker.create({ ...shared, taskQueue: trainingQueue('cpu', this.queue) });
    // What still hangs would keep the workers from ending, and hide why the work failed.
    return training.runUntil(() => quick.runUntil(() => work().finally(() => this.letGo())));
  }

  #activities(): Activities {
    const settle = (trialId: string, state: 'complete' | 'failed' | 'cancelled') => {
      this.states.set(trialId, state);
      return Promise.resolve({ state });
    };
    return {
      startSweep: () => {
        this.sweepState = 'running';
        this.starts += 1;
        return Promise.resolve();
      },
      listWaiting: ({ except, limit, labels }) => {
        this.asked.push(except.length);
        const free = this.idsIn('waiting').filter((id) => !except.includes(id));
        const label = { sweepName: 'demo', task: 'mr', method: 'lpt', insertionLayer: 6, promptLength: 5 };
        return Promise.resolve(
          free.slice(0, limit).map((trialId) => ({ trialId, ...(labels ? { labels: label } : {}) })),
        );
      },
      finishSweep: () => {
        const state =
          this.idsIn('waiting').length > 0 ? 'running' : this.idsIn('failed').length > 0 ? 'failed' : 'complete';
        this.sweepState = state;
        return Promise.resolve({ state });
      },
      cancelSweep: () => {
        for (const id of this.idsIn('waiting')) this.states.set(id, 'cancelled');
        this.sweepState = 'cancelled';
        return Promise.resolve();
      },
      recordCancelled: async ({ trialId }) => {
        await settle(trialId, 'cancelled');
      },
      recordFailure: ({ trialId, error }) => {
        this.errors.set(trialId, error);
        return settle(trialId, 'failed');
      },
      trainTrial: ({ trialId }) => this.#train(trialId),
    };
  }

  async #train(trialId: string): Promise<{ state: 'complete' }> {
    const attempt = (this.attempts.get(trialId) ?? 0) + 1;
    this.attempts.set(trialId, attempt);
    this.states.set(trialId, 'running');
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    try {
      const act = this.script(trialId, attempt);
      if (act === 'hang') await hangUntilCancelled(this.#letGo.signal);
      else if (act !== 'complete') throw ApplicationFailure.create({ type: act, message: `made to fail: ${act}` });
      this.states.set(trialId, 'complete');
      return { state: 'complete' };
    } finally {
      this.running -= 1;
    }
  }
}

async function hangUntilCancelled(letGo: AbortSignal): Promise<void> {
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(), 50);
  try {
    await Promise.race([context.cancelled, once(letGo, 'abort')]);
  } finally {
    clearInterval(beat);
  }
}
