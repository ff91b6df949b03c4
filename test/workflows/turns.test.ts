// Whose turn it is when more waits than can be trained: what the server makes of priorities and fairness keys.
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { buildWorkflowBundle } from '../../worker/workflow-bundle.ts';
import { trialWorkflow } from '../../workflows/trial.ts';
import type { TrialInput, TrialResult } from '../../workflows/messages.ts';
import { trainingQueue } from '../../workflows/queues.ts';
import { developmentServer, quietTemporal } from '../support/temporal.ts';

describe('trials that wait for one trainer', () => {
  let environment: TestWorkflowEnvironment;
  let code: string;
  beforeAll(async () => {
    quietTemporal();
    [environment, code] = await Promise.all([developmentServer(), buildWorkflowBundle()]);
  });
  afterAll(() => environment.teardown());

  type Waiting = Pick<TrialInput, 'sweepId' | 'trialId'> & Partial<TrialInput>;

  /** Lets all of them wait, in this order, before there is anybody to train; @returns the order in which they are trained */
  async function trainedOrder(waiting: Waiting[]): Promise<string[]> {
    const taskQueue = `test-${randomUUID()}`;
    const connection = environment.nativeConnection;
    const workflows = await Worker.create({ connection, taskQueue, workflowBundle: { code } });
    return workflows.runUntil(async () => {
      const handles: WorkflowHandle[] = [];
      for (const trial of waiting) {
        const handle = await environment.client.workflow.start(trialWorkflow, {
          workflowId: `${taskQueue}-${trial.trialId}`,
          taskQueue,
          args: [{ deviceClass: 'cpu', priority: 3, ...trial }],
        });
        await vi.waitUntil(async () => ((await handle.describe()).raw.pendingActivities ?? []).length === 1, {
          timeout: 20_000,
        });
        handles.push(handle);
      }
      const order: string[] = [];
      const trainTrial = ({ trialId }: { trialId: string }): Promise<TrialResult> => {
        order.push(trialId);
        return Promise.resolve({ state: 'complete' });
      };
      const trainer = await Worker.create({
        connection,
        taskQueue: trainingQueue({ deviceClass: 'cpu' }, taskQueue),
        activities: { trainTrial },
        maxConcurrentActivityTaskExecutions: 1,
      });
      await trainer.runUntil(() => Promise.all(handles.map((handle) => handle.result())));
      return order;
    });
  }

  const trialsOf = (sweepId: string, count: number, changes: Partial<TrialInput> = {}): Waiting[] =>
    Array.from({ length: count }, (_, index) => ({ sweepId, trialId: `${sweepId}-${index}`, ...changes }));

  test('a short sweep that came later takes turns with a long one, and does not wait for its end', async () => {
    const order = await trainedOrder([...trialsOf('long', 8), ...trialsOf('short', 3)]);
    expect(order).toHaveLength(11);
    // Turn by turn the three are done with six of the long ones at the most; one after the other it would be eight.
    expect(order.indexOf('short-2')).toBeLessThanOrEqual(6);
    expect(order.slice(-2)).toEqual(['long-6', 'long-7']);
  });

  test('those of priority 1 go before those of the usual 3, and these before 5, whatever came first', async () => {
    const order = await trainedOrder([
      ...trialsOf('someday', 2, { priority: 5 }),
      ...trialsOf('usual', 2),
      ...trialsOf('urgent', 2, { priority: 1 }),
    ]);
    expect(order).toEqual(['urgent-0', 'urgent-1', 'usual-0', 'usual-1', 'someday-0', 'someday-1']);
  });
});
