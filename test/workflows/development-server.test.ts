import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { sweepWorkflow } from '../../workflows/sweep.ts';
import { developmentServer, quietTemporal } from '../support/temporal.ts';
import { Orchestra } from './orchestra.ts';

describe('a sweep on a real server', () => {
  let environment: TestWorkflowEnvironment;
  beforeAll(async () => {
    quietTemporal();
    environment = await developmentServer();
  });
  afterAll(() => environment.teardown());

  const start = (orchestra: Orchestra, changes = {}) =>
    environment.client.workflow.start(sweepWorkflow, {
      workflowId: orchestra.queue,
      taskQueue: orchestra.queue,
      args: [orchestra.input({ sweepId: orchestra.queue, ...changes })],
    });

  test('outlives a trial whose workflow is terminated from outside', async () => {
    const orchestra = new Orchestra(['trial-0', 'trial-1']);
    orchestra.script = (id) => (id === 'trial-0' ? 'hang' : 'complete');
    await orchestra.play(environment, async () => {
      const handle = await start(orchestra);
      await vi.waitUntil(() => orchestra.states.get('trial-0') === 'running', { timeout: 20_000 });
      await environment.client.workflow.getHandle(`sweep-${orchestra.queue}-trial-trial-0`).terminate('by hand');
      expect(await handle.result()).toEqual({ state: 'failed' });
    });
    expect(orchestra.errors.get('trial-0')?.message).toContain('ended early');
  });

  test('lets its trials be found by sweep, task, method, layer, length and state, while they run and after', async () => {
    const orchestra = new Orchestra(['trial-0', 'trial-1', 'trial-2']);
    const acts = new Map([
      ['trial-0', 'diverged'],
      ['trial-1', 'hang'],
    ]);
    orchestra.script = (id) => acts.get(id) ?? 'complete';
    const count = async (query: string): Promise<number> => {
      const ours = `TaskQueue = "${orchestra.queue}" AND WorkflowType = "trialWorkflow"`;
      return (await environment.client.workflow.count(`${ours} AND ${query}`)).count;
    };
    const shown = (state: string) =>
      vi.waitUntil(async () => (await count(`TrialState = "${state}"`)) === 1, { timeout: 20_000, interval: 100 });
    await orchestra.play(environment, async () => {
      const handle = await start(orchestra, { searchAttributes: true });
      for (const state of ['complete', 'failed', 'running']) await shown(state);
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow();
    });
    await shown('cancelled');
    const all = 'SweepName = "demo" AND Task = "mr" AND Method = "lpt" AND InsertionLayer = 6 AND PromptLength = 5';
    expect(await count(all)).toBe(3);
  });

  test('keeps what histories hold small: ids and states, no results', async () => {
    const orchestra = new Orchestra(['trial-0', 'trial-1', 'trial-2']);
    const bytes = await orchestra.play(environment, async () => {
      const handle = await start(orchestra);
      await handle.result();
      return (await handle.describe()).historySize ?? Number.POSITIVE_INFINITY;
    });
    expect(bytes).toBeLessThan(20_000);
  });
});
