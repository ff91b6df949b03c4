import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  continueUpdate,
  lookSignal,
  pauseUpdate,
  priorityUpdate,
  progressQuery,
  windowUpdate,
  type SweepResult,
} from '../../workflows/messages.ts';
import { sweepWorkflow } from '../../workflows/sweep.ts';
import { developmentServer, quietTemporal } from '../support/temporal.ts';
import { Orchestra } from './orchestra.ts';

describe('a running sweep that is told something', () => {
  let environment: TestWorkflowEnvironment;
  beforeAll(async () => {
    quietTemporal();
    environment = await developmentServer();
  });
  afterAll(() => environment.teardown());

  const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `trial-${index}`);
  const soon = { timeout: 20_000, interval: 20 };

  function hanging(count: number): Orchestra {
    const orchestra = new Orchestra(names(count));
    orchestra.script = () => 'hang';
    return orchestra;
  }

  const start = (orchestra: Orchestra) =>
    environment.client.workflow.start(sweepWorkflow, {
      workflowId: orchestra.queue,
      taskQueue: orchestra.queue,
      args: [orchestra.input({ sweepId: orchestra.queue })],
    });

  const resultOf = (handle: WorkflowHandle): Promise<SweepResult> => handle.result() as Promise<SweepResult>;

  test('pauses as a whole: what runs yields, nothing new starts, and it ends paused', async () => {
    const orchestra = hanging(5);
    await orchestra.play(environment, async () => {
      const handle = await start(orchestra);
      await vi.waitUntil(() => orchestra.running === 2, soon);
      orchestra.halt('paused');
      await handle.signal(lookSignal);
      expect(await resultOf(handle)).toEqual({ state: 'paused' });
    });
    expect(orchestra.running).toBe(0);
    expect(orchestra.idsIn('paused')).toHaveLength(5);
    expect(orchestra.attempts.size).toBe(2);
  });

  test('pauses one of its running trials while the other goes on', async () => {
    const orchestra = hanging(2);
    await orchestra.play(environment, async () => {
      const handle = await start(orchestra);
      await vi.waitUntil(() => orchestra.running === 2, soon);
      orchestra.halt('paused', ['trial-0']);
      await handle.signal(lookSignal);
      await vi.waitUntil(() => orchestra.states.get('trial-0') === 'paused', soon);
      expect(orchestra.states.get('trial-1')).toBe('running');
      orchestra.letGo();
      expect(await resultOf(handle)).toEqual({ state: 'paused' });
    });
    expect(orchestra.states.get('trial-1')).toBe('complete');
  });

  test('cancels one of its running trials, whose place another takes', async () => {
    const orchestra = hanging(3);
    await orchestra.play(environment, async () => {
      const handle = await start(orchestra);
      await vi.waitUntil(() => orchestra.running === 2, soon);
      orchestra.halt('cancelled', ['trial-1']);
      await handle.signal(lookSignal);
      await vi.waitUntil(() => orchestra.states.get('trial-2') === 'running', soon);
      orchestra.letGo();
      expect(await resultOf(handle)).toEqual({ state: 'cancelled' });
    });
    expect(orchestra.idsIn('cancelled')).toEqual(['trial-1']);
    expect(orchestra.idsIn('complete')).toHaveLength(2);
  });

  test('takes a trial up again whose pause was taken back while it yielded', async () => {
    const orchestra = hanging(1);
    await orchestra.play(environment, async () => {
      const handle = await start(orchestra);
      await vi.waitUntil(() => orchestra.running === 1, soon);
      // What Postgres says when the activity that ends it asks.
      orchestra.stopAs.set('trial-0', 'waiting');
      await handle.signal(lookSignal);
      await vi.waitUntil(() => orchestra.attempts.get('trial-0') === 2, soon);
      orchestra.letGo();
      expect(await resultOf(handle)).toEqual({ state: 'complete' });
    });
  });

  test('widens its window at once, and narrows it as trials end', async () => {
    const orchestra = hanging(6);
    await orchestra.play(environment, async () => {
      const handle = await start(orchestra);
      await vi.waitUntil(() => orchestra.running === 2, soon);
      orchestra.window = 4;
      await handle.signal(lookSignal);
      await vi.waitUntil(() => orchestra.running === 4, soon);
      orchestra.window = 1;
      await handle.signal(lookSignal);
      orchestra.halt('cancelled', ['trial-0', 'trial-1', 'trial-2']);
      await handle.signal(lookSignal);
      await vi.waitUntil(() => orchestra.idsIn('cancelled').length === 3, soon);
      await vi.waitUntil(async () => (await handle.query(progressQuery)).inFlight === 1, soon);
      orchestra.letGo();
      expect(await resultOf(handle)).toEqual({ state: 'cancelled' });
    });
    expect(orchestra.mostRunning).toBe(4);
  });

  test('answers updates, for those who have only the tools of Temporal', async () => {
    const orchestra = hanging(4);
    await orchestra.play(environment, async () => {
      const handle = await start(orchestra);
      await vi.waitUntil(() => orchestra.running === 2, soon);
      await handle.executeUpdate(windowUpdate, { args: [{ window: 3 }] });
      await vi.waitUntil(() => orchestra.running === 3, soon);
      expect(await handle.executeUpdate(pauseUpdate, { args: [{}] })).toEqual({ changed: 1, stopping: 3 });
      expect(await resultOf(handle)).toEqual({ state: 'paused' });
    });
  });

  test('and cancelled meanwhile writes down first what it was told, answers, and refuses what comes later', async () => {
    const orchestra = hanging(2);
    let letGo = (): void => undefined;
    orchestra.orderHeld = new Promise((resolve) => (letGo = resolve));
    await orchestra.play(environment, async () => {
      const handle = await start(orchestra);
      await vi.waitUntil(() => orchestra.running === 2, soon);
      const answer = handle.executeUpdate(continueUpdate, { args: [{}] }).catch((error: unknown) => error);
      await vi.waitUntil(() => orchestra.obeying === 1, soon);
      await handle.cancel();
      await vi.waitUntil(() => orchestra.idsIn('cancelled').length === 2, soon);
      expect(await refused(handle.executeUpdate(windowUpdate, { args: [{ window: 3 }] }))).toBe(
        'Expected the sweep to go on, found it being cancelled.',
      );
      letGo();
      expect(await answer).toEqual({ changed: 0, stopping: 0 });
      await expect(handle.result()).rejects.toThrow();
    });
    expect(orchestra.written).toEqual(['continue', 'cancelled']);
  });

  const refused = async (asking: Promise<unknown>): Promise<string> => {
    const error: unknown = await asking.catch((reason: unknown) => reason);
    return error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  };

  test('refuses what makes no sense before it enters the history', async () => {
    const orchestra = hanging(1);
    await orchestra.play(environment, async () => {
      const handle = await start(orchestra);
      await vi.waitUntil(() => orchestra.running === 1, soon);
      const wide = handle.executeUpdate(windowUpdate, { args: [{ window: 0 }] });
      expect(await refused(wide)).toBe('Expected `window` to be a whole number from 1 to 1000, found 0.');
      const eager = handle.executeUpdate(priorityUpdate, { args: [{ priority: 9 as 1 }] });
      expect(await refused(eager)).toBe('Expected `priority` to be a whole number from 1 to 5, found 9.');
      const events = (await handle.fetchHistory()).events ?? [];
      expect(events.filter(({ workflowExecutionUpdateAcceptedEventAttributes: accepted }) => accepted)).toEqual([]);
      orchestra.letGo();
      await handle.result();
    });
  });
});
