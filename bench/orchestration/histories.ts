// The longest history that a sweep leaves in Temporal, of its own workflow's runs and of its trials'.
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { sweepWorkflowId } from '../../workflows/ids.ts';

export interface Longest {
  runs: number;
  events: number;
  kib: number;
}

export interface Histories {
  /** Runs of the sweep's workflow: each but the first goes on from the one before it. */
  sweep: Longest;
  trials: Longest;
}

/** @throws when the server has not listed all of them after a while */
export async function measureHistories(client: Client, sweepId: string, trials: number): Promise<Histories> {
  const workflowId = sweepWorkflowId(sweepId);
  await untilListed(client, `WorkflowType = 'trialWorkflow' AND ExecutionStatus = 'Completed'`, trials);
  return {
    sweep: await longest(client, `WorkflowId = '${workflowId}'`),
    trials: await longest(client, `WorkflowType = 'trialWorkflow'`),
  };
}

const PATIENCE_MS = 60_000;
const LOOK_AGAIN_MS = 200;

/** The server lists what has ended a moment later. */
async function untilListed(client: Client, query: string, wanted: number): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const { count } = await client.workflow.count(query);
    if (count >= wanted) return;
    if (Date.now() > end) throw new Error(`Expected Temporal to list ${wanted} ended trials, found ${count}.`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

async function longest(client: Client, query: string): Promise<Longest> {
  const all: WorkflowExecutionInfo[] = [];
  for await (const run of client.workflow.list({ query, pageSize: 1000 })) all.push(run);
  return {
    runs: all.length,
    events: Math.max(0, ...all.map(({ historyLength }) => historyLength)),
    kib: Math.ceil(Math.max(0, ...all.map(({ historySize = 0 }) => historySize)) / 1024),
  };
}
