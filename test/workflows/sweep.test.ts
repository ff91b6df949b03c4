import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { lookSignal, progressQuery, windowUpdate } from '../../workflows/messages.ts';
import { sweepWorkflow } from '../../workflows/sweep.ts';
import { quietTemporal, skippingTime } from '../support/temporal.ts';
import { Orchestra } from './orchestra.ts';

describe('a sweep', () => {
  let environment: TestWorkflowEnvironment;
  beforeAll(async () => {
    quietTemporal();
    environment = await skippingTime();
  });
  afterAll(() => environment.teardown());

  const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `trial-${index}`);
  const start = (orchestra: Orchestra, changes = {}) =>
    environment.client.workflow.start(sweepWorkflow, {
      workflowId: orchestra.queue,
      taskQueue: orchestra.queue,
      args: [orchestra.input({ sweepId: orchestra.queue, ...changes })],
    });

  test('runs every trial once, and never more at a time than its window holds', async () => {
    const orchestra = new Orchestra(names(9));
    await orchestra.play(environment, async () => {
      orchestra.window = 3;
      const handle = await start(orchestra);
      expect(await handle.result()).toEqual({ state: 'complete' });
    });
    expect(orchestra.mostRunning).toBeLessThanOrEqual(3);
    expect(Math.max(...orchestra.asked)).toBeLessThanOrEqual(3);
    expect([...orchestra.attempts.values()]).toEqual(Array<number>(9).fill(1));
    expect(orchestra.idsIn('complete')).toHaveLength(9);
  });

  test('goes on when a trial fails, and says so only at the end', async () => {
    const orchestra = new Orchestra(names(4));
    orchestra.script = (id) => (id === 'trial-1' ? 'diverged' : 'complete');
    await orchestra.play(environment, async () => {
      expect(await (await start(orchestra)).result()).toEqual({ state: 'failed' });
    });
    expect(orchestra.idsIn('complete')).toHaveLength(3);
    expect(orchestra.errors.get('trial-1')).toEqual({ kind: 'diverged', message: 'made to fail: diverged' });
  });

  test('stops after so many failures in a row of one kind, and leaves waiting what waits', async () => {
    const orchestra = new Orchestra(names(9));
    orchestra.window = 1;
    orchestra.script = (id) => (id === 'trial-1' ? 'complete' : 'data');
    await orchestra.play(environment, async () => {
      const handle = await start(orchestra, { stopAfterFailures: 3 });
      expect(await handle.result()).toEqual({ state: 'failed' });
    });
    expect(orchestra.stop).toEqual({ kind: 'data', trials: 3 });
    expect(orchestra.idsIn('failed')).toEqual(['trial-0', 'trial-2', 'trial-3', 'trial-4']);
    expect(orchestra.idsIn('waiting')).toHaveLength(4);
  });

  test('goes on where trials that a rule stopped stand between those that failed', async () => {
    const orchestra = new Orchestra(names(6));
    orchestra.window = 1;
    orchestra.script = (id) => (['trial-1', 'trial-3'].includes(id) ? 'stopped-early' : 'diverged');
    await orchestra.play(environment, async () => {
      const handle = await start(orchestra, { stopAfterFailures: 3 });
      expect(await handle.result()).toEqual({ state: 'failed' });
    });
    expect(orchestra.stop).toBeNull();
    expect(orchestra.idsIn('failed')).toEqual(['trial-0', 'trial-2', 'trial-4', 'trial-5']);
  });

  test('that was stopped for failures stays so when it is told something while its last trial ends', async () => {
    const orchestra = new Orchestra(names(9));
    orchestra.script = (id) => (id === 'trial-0' ? 'hang' : 'data');
    await orchestra.play(environment, async () => {
      const handle = await start(orchestra, { stopAfterFailures: 2 });
      await vi.waitUntil(() => orchestra.stop !== null, { timeout: 20_000 });
      await handle.executeUpdate(windowUpdate, { args: [{ window: 3 }] });
      orchestra.letGo();
      expect(await handle.result()).toEqual({ state: 'failed' });
    });
    expect(orchestra.idsIn('complete')).toEqual(['trial-0']);
    expect(orchestra.attempts.size).toBe(3);
    expect(orchestra.asked.length).toBeLessThan(10);
  });

  test('answers how far it is while it runs', async () => {
    const orchestra = new Orchestra(names(2));
    orchestra.script = (id) => (id === 'trial-1' ? 'hang' : 'complete');
    await orchestra.play(environment, async () => {
      const handle = await start(orchestra);
      await vi.waitUntil(async () => (await handle.query(progressQuery)).settled.complete === 1, { timeout: 20_000 });
      expect(await handle.query(progressQuery)).toEqual({
        inFlight: 1,
        settled: { complete: 1, failed: 0, cancelled: 0, paused: 0, 'stopped-early': 0 },
      });
      orchestra.letGo();
      expect(await handle.result()).toEqual({ state: 'complete' });
    });
  });

  test('that is cancelled stops its running trials and leaves none waiting', async () => {
    const orchestra = new Orchestra(names(5));
    orchestra.script = () => 'hang';
    await orchestra.play(environment, async () => {
      const handle = await start(orchestra);
      await vi.waitUntil(() => orchestra.running === 2, { timeout: 20_000 });
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow();
      expect((await handle.describe()).status.name).toBe('CANCELLED');
    });
    expect(orchestra.running).toBe(0);
    expect(orchestra.idsIn('cancelled')).toHaveLength(5);
    expect(orchestra.sweepState).toBe('cancelled');
  });

  test('that is cancelled and told something meanwhile stops as well, and leaves none waiting', async () => {
    const orchestra = new Orchestra(names(5));
    orchestra.script = () => 'hang';
    await orchestra.play(environment, async () => {
      const handle = await start(orchestra);
      await vi.waitUntil(() => orchestra.running === 2, { timeout: 20_000 });
      await handle.cancel();
      await handle.signal(lookSignal);
      await expect(handle.result()).rejects.toThrow();
      expect((await handle.describe()).status.name).toBe('CANCELLED');
    });
    expect(orchestra.idsIn('cancelled')).toHaveLength(5);
    expect(orchestra.sweepState).toBe('cancelled');
  });

  test('takes trials that were put back to waiting while it still runs', async () => {
    const orchestra = new Orchestra(names(2));
    orchestra.script = (id, attempt) => (id === 'trial-1' ? 'hang' : attempt === 1 ? 'data' : 'complete');
    await orchestra.play(environment, async () => {
      const handle = await start(orchestra);
      await vi.waitUntil(() => orchestra.states.get('trial-0') === 'failed', { timeout: 20_000 });
      // The workflow itself may not have heard of the failure yet.
      orchestra.states.set('trial-0', 'waiting');
      await handle.signal(lookSignal);
      await vi.waitUntil(async () => (await handle.query(progressQuery)).settled.complete === 1, { timeout: 20_000 });
      orchestra.letGo();
      expect(await handle.result()).toEqual({ state: 'complete' });
    });
    expect(orchestra.attempts.get('trial-0')).toBe(2);
  });

  test('continues as new when its history grows, without losing or repeating a trial', async () => {
    const orchestra = new Orchestra(names(20));
    const runs = await orchestra.play(environment, async () => {
      const handle = await start(orchestra, { historyLimit: 60 });
      expect(await handle.result()).toEqual({ state: 'complete' });
      return (await handle.describe()).runId !== handle.firstExecutionRunId;
    });
    expect(runs).toBe(true);
    expect(orchestra.starts).toBe(1);
    expect([...orchestra.attempts.values()]).toEqual(Array<number>(20).fill(1));
  });
});
