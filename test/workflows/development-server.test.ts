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

  test('lets its trials be found by task, layer and state', async () => {
    const orchestra = new Orchestra(['trial-0', 'trial-1']);
    orchestra.script = (id) => (id === 'trial-0' ? 'diverged' : 'complete');
    await orchestra.play(environment, async () => (await start(orchestra, { searchAttributes: true })).result());
    const count = async (query: string): Promise<number> => {
      const ours = `TaskQueue = "${orchestra.queue}" AND WorkflowType = "trialWorkflow"`;
      return (await environment.client.workflow.count(`${ours} AND ${query}`)).count;
    };
    await vi.waitUntil(async () => (await count('TrialState = "complete"')) === 1, { timeout: 20_000, interval: 100 });
    await vi.waitUntil(async () => (await count('TrialState = "failed"')) === 1, { timeout: 20_000, interval: 100 });
    expect(await count('Task = "mr" AND InsertionLayer = 6')).toBe(2);
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
