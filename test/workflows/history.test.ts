import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sweepWorkflow } from '../../workflows/sweep.ts';
import { quietTemporal, skippingTime } from '../support/temporal.ts';
import { Orchestra } from './orchestra.ts';

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  quietTemporal();
  environment = await skippingTime();
});
afterAll(() => environment.teardown());

/** Events of each run of a sweep's workflow, the first run first. */
async function runsOf(trials: number): Promise<number[]> {
  const orchestra = new Orchestra(Array.from({ length: trials }, (_, index) => `trial-${index}`));
  await orchestra.play(environment, async () => {
    const input = orchestra.input({ sweepId: orchestra.queue, historyLimit: 60 });
    const options = { workflowId: orchestra.queue, taskQueue: orchestra.queue, args: [input] as [typeof input] };
    await (await environment.client.workflow.start(sweepWorkflow, options)).result();
  });
  const events: number[] = [];
  for (let runId: string | undefined; ;) {
    const { events: history } = await environment.client.workflow.getHandle(orchestra.queue, runId).fetchHistory();
    events.unshift(history?.length ?? 0);
    const before = history?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
    if (!before) return events;
    runId = before;
  }
}

test('four times the trials make more runs, never a longer history', async () => {
  const [few, many] = [await runsOf(20), await runsOf(80)];
  expect(many.length).toBeGreaterThan(few.length);
  // Beyond the limit there is only what two trials in flight still add, and the end.
  for (const events of [...few, ...many]) expect(events).toBeLessThan(60 + 40);
});
