// Workflow tests' seam: the real workflows, activities played by a table of trials in memory.
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { ApplicationFailure, Context } from '@temporalio/activity';
import type { PayloadCodec } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { announce } from '../../activities/announce.ts';
import type { Activities } from '../../activities/index.ts';
import type { TrialState } from '../../sweep/states.ts';
import { buildWorkflowBundle, ENCODED_FAILURES } from '../../worker/workflow-bundle.ts';
import type { AttemptResult, OrderAnswer, SweepInput } from '../../workflows/messages.ts';
import { trainingQueue } from '../../workflows/queues.ts';

/** What the nth attempt at a trial does: an error kind to fail with, `hang` until cancelled or let go, `break` when it is
 * cancelled, `leave` it to another as long as it may (`complete` then), find the worker `busy`, be `stopped-early` by a rule,
 * or `complete`. */
export type Script = (trialId: string, attempt: number) => string;

/** What decides how a sweep ends, the strongest first. */
const ENDS = ['paused', 'failed', 'cancelled'] as const;

const bundles: { plain?: Promise<string>; encoded?: Promise<string> } = {};

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
  /** What a person may change while the sweep runs. */
  window = 2;
  /** Trial → what it shall stop as. */
  readonly stopAs = new Map<string, Exclude<TrialState, 'running'>>();
  /** What the sweep was stopped for. */
  stop: { kind: string; trials: number } | null = null;
  /** Attempts after which the trial went on. */
  readonly ended: string[] = [];
  starts = 0;
  /** Orders that are being written down, those that are and the end of a cancelled sweep. */
  obeying = 0;
  readonly written: string[] = [];
  /** Until then none is. */
  orderHeld: Promise<void> = Promise.resolve();
  script: Script = () => 'complete';
  /** A queue that trials which ended here name to the next. */
  warmQueue: string | null = null;
  payloadCodecs: PayloadCodec[] = [];
  readonly #letGo = new AbortController();

  constructor(trialIds: string[]) {
    for (const id of trialIds) this.states.set(id, 'waiting');
  }

  input(changes: Partial<SweepInput> = {}): SweepInput {
    return { sweepId: 'sweep', deviceClass: 'cpu', searchAttributes: false, stopAfterFailures: 0, ...changes };
  }

  /** As the command line does it: what waits stops waiting, what runs is marked. */
  halt(as: 'paused' | 'cancelled', chosen = [...this.states.keys()]): OrderAnswer {
    const waiting = this.idsIn('waiting').filter((id) => chosen.includes(id));
    const running = this.idsIn('running').filter((id) => chosen.includes(id));
    for (const id of waiting) this.states.set(id, as);
    for (const id of running) this.stopAs.set(id, as);
    return { changed: waiting.length, stopping: running.length };
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
    const encodesFailures = this.payloadCodecs.length > 0;
    const dataConverter = {
      payloadCodecs: this.payloadCodecs,
      ...(encodesFailures ? { failureConverterPath: ENCODED_FAILURES } : {}),
    };
    const shared = {
      connection: environment.nativeConnection,
      activities: this.#activities(),
      dataConverter,
      ...prompt,
    };
    const kind = encodesFailures ? 'encoded' : 'plain';
    const code = await (bundles[kind] ??= buildWorkflowBundle({ encodesFailures }));
    const quick = await Worker.create({ ...shared, taskQueue: this.queue, workflowBundle: { code } });
    const training = await Worker.create({ ...shared, taskQueue: trainingQueue({ deviceClass: 'cpu' }, this.queue) });
    // What still hangs would keep the workers from ending, and hide why the work failed.
    return training.runUntil(() => quick.runUntil(() => work().finally(() => this.letGo())));
  }

  #activities(): Activities {
    const settle = <State extends TrialState>(trialId: string, state: State) => {
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
        if (this.stop !== null) return Promise.resolve([]);
        const free = this.idsIn('waiting').filter((id) => !except.includes(id));
        const label = { sweepName: 'demo', task: 'mr', method: 'lpt', insertionLayer: 6, promptLength: 5 };
        return Promise.resolve(
          free.slice(0, limit).map((trialId) => ({
            ...{ trialId, priority: 3 as const, lastAttempt: this.attempts.get(trialId) ?? 0 },
            ...{ memoryMiB: 1_000, warmth: this.warmQueue === null ? null : 'the same' },
            ...(labels ? { labels: label } : {}),
          })),
        );
      },
      finishSweep: () => {
        if (this.stop !== null) return Promise.resolve({ state: 'failed' });
        const state =
          this.idsIn('waiting').length > 0 ? 'running' : (ENDS.find((end) => this.idsIn(end).length > 0) ?? 'complete');
        this.sweepState = state;
        return Promise.resolve({ state });
      },
      cancelSweep: () => {
        for (const id of this.idsIn('waiting')) this.states.set(id, 'cancelled');
        this.sweepState = 'cancelled';
        this.written.push('cancelled');
        return Promise.resolve();
      },
      readOrders: ({ inFlight }) => {
        const halts = (id: string) =>
          this.stopAs.has(id) || ['paused', 'cancelled'].includes(this.states.get(id) ?? '');
        return Promise.resolve({ window: this.window, halted: inFlight.filter(halts) });
      },
      obeyOrder: async ({ order }) => {
        this.obeying += 1;
        await this.orderHeld;
        this.written.push(order.verb);
        if (order.verb === 'window') this.window = order.window;
        const halt = { pause: 'paused', cancel: 'cancelled', window: null, priority: null, continue: null } as const;
        const as = halt[order.verb];
        return as === null ? { changed: 0, stopping: 0 } : this.halt(as);
      },
      recordAttemptEnd: ({ trialId, error }) => {
        this.states.set(trialId, 'waiting');
        this.ended.push(`${trialId}: ${error.kind}`);
        return Promise.resolve({ lastAttempt: this.attempts.get(trialId) ?? 0 });
      },
      stopSweep: ({ kind, trials }) => {
        this.sweepState = 'failed';
        this.stop = { kind, trials };
        return Promise.resolve();
      },
      recordStopped: ({ trialId }) => {
        const state = this.stopAs.get(trialId) ?? 'cancelled';
        this.stopAs.delete(trialId);
        return settle(trialId, state);
      },
      recordFailure: ({ trialId, error }) => {
        this.errors.set(trialId, error);
        this.states.set(trialId, 'failed');
        return Promise.resolve({ state: 'failed', kind: error.kind });
      },
      trainTrial: async ({ trialId, mayLeave = false, isShown = false }) => {
        if (isShown) await announce(Context.current());
        return this.#train(trialId, mayLeave);
      },
    };
  }

  async #train(trialId: string, mayLeave: boolean): Promise<AttemptResult> {
    if (this.stop !== null) return { state: 'waiting' };
    const attempt = (this.attempts.get(trialId) ?? 0) + 1;
    this.attempts.set(trialId, attempt);
    this.states.set(trialId, 'running');
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    try {
      const act = this.script(trialId, attempt);
      if (act === 'busy') return { state: 'busy' };
      if (act === 'leave' && mayLeave) return { state: 'left' };
      if (act === 'stopped-early') {
        this.states.set(trialId, act);
        return { state: act };
      }
      if (act === 'hang') await hangUntilCancelled(this.#letGo.signal);
      if (act === 'break') await hangUntilCancelled(this.#letGo.signal).catch(() => undefined);
      if (!['hang', 'complete', 'leave'].includes(act))
        throw ApplicationFailure.create({ type: act, message: `made to fail: ${act}` });
      this.states.set(trialId, 'complete');
      return { state: 'complete', ...(this.warmQueue === null ? {} : { warmQueue: this.warmQueue }) };
    } finally {
      this.running -= 1;
    }
  }
}

async function hangUntilCancelled(letGo: AbortSignal): Promise<void> {
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(), 50);
  try {
    await Promise.race([context.cancelled, letGo.aborted || once(letGo, 'abort')]);
  } finally {
    clearInterval(beat);
  }
}
