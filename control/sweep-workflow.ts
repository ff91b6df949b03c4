// The one place that starts, looks at, signals and ends a sweep's workflow, and those of its trials.
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import { setTimeout } from 'node:timers/promises';
import type { RunningTrial } from '../db/reconciling.ts';
import type { SweepRow } from '../db/sweeps.ts';
import { isOpen } from '../sweep/states.ts';
import { parseSweepWorkflowId, sweepWorkflowId, trialWorkflowId } from '../workflows/ids.ts';
import { lookSignal, type SweepInput, type SweepResult } from '../workflows/messages.ts';
import type { DeviceClass } from '../workflows/queues.ts';
import { sweepNameAttribute } from '../workflows/search-attributes.ts';
import type { Control } from './control.ts';

type SweepWorkflow = (input: SweepInput) => Promise<SweepResult>;

/** The same sweep always has the same workflow id: a start that is repeated finds the run that is there. */
export async function startSweepWorkflow(
  control: Control,
  sweep: SweepRow,
  deviceClass: DeviceClass,
): Promise<{ started: boolean }> {
  const { client, searchAttributes, workflowQueue } = control;
  try {
    await client.workflow.start<SweepWorkflow>('sweepWorkflow', {
      workflowId: sweepWorkflowId(sweep.id),
      taskQueue: workflowQueue,
      args: [inputOf(sweep, { deviceClass, searchAttributes })],
      ...(searchAttributes ? { typedSearchAttributes: [{ key: sweepNameAttribute, value: sweep.name }] } : {}),
    });
    return { started: true };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { started: false };
    throw error;
  }
}

function inputOf({ id, spec }: SweepRow, more: Pick<SweepInput, 'deviceClass' | 'searchAttributes'>): SweepInput {
  return { sweepId: id, stopAfterFailures: spec.stopAfterFailures, ...more };
}

/** `none`: never started, or forgotten by the server. */
type WorkflowState = 'running' | 'ended' | 'none';

export function workflowState(control: Control, sweepId: string): Promise<WorkflowState> {
  return stateOf(control, sweepWorkflowId(sweepId));
}

export function trialWorkflowState(control: Control, sweepId: string, trialId: string): Promise<WorkflowState> {
  return stateOf(control, trialWorkflowId(sweepId, trialId));
}

async function stateOf({ client }: Control, workflowId: string): Promise<WorkflowState> {
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    return status.name === 'RUNNING' ? 'running' : 'ended';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'none';
    throw error;
  }
}

const LOOK_EVERY_MS = 100;

/**
 * A sweep's state is written by the last activity of its workflow, a moment before the workflow ends: a message in between
 * would be lost with it. Resolves to what the workflow is after that moment; `running` where no worker ends it.
 */
export async function workflowStateAfter(
  control: Control,
  sweep: Pick<SweepRow, 'id' | 'state'>,
  patienceMs = 10_000,
): Promise<WorkflowState> {
  let state = await workflowState(control, sweep.id);
  for (let waited = 0; !isOpen(sweep) && state === 'running' && waited < patienceMs; waited += LOOK_EVERY_MS) {
    await setTimeout(LOOK_EVERY_MS);
    state = await workflowState(control, sweep.id);
  }
  return state;
}

/** Something was changed in Postgres. @returns false where no workflow runs that could hear it */
export function tellToLook(control: Control, sweepId: string): Promise<boolean> {
  return whereItRuns(() => handleOf(control, sweepId).signal(lookSignal));
}

/** For a sweep that no worker is there to stop: ends it and its trials' workflows on the spot. */
export function terminateSweepWorkflow(control: Control, sweepId: string): Promise<boolean> {
  return whereItRuns(() => handleOf(control, sweepId).terminate('Halted while no worker was running.'));
}

/** For a trial whose sweep's workflow is gone: that very run, for another process may have started sweep and trial again meanwhile. */
export function endTrialWorkflow(
  { client }: Control,
  sweepId: string,
  { id, workflowRunId }: Pick<RunningTrial, 'id' | 'workflowRunId'>,
): Promise<boolean> {
  const handle = client.workflow.getHandle(trialWorkflowId(sweepId, id), workflowRunId ?? undefined);
  return whereItRuns(() => handle.terminate('The workflow of its sweep was gone.'));
}

/** The run of a sweep's workflow that was open at one moment. */
export interface OpenWorkflow {
  sweepId: string;
  runId: string;
}

/** On our own task queue. As the server's list has them: it is a moment behind. */
export async function listOpenWorkflows({ client, workflowQueue }: Control): Promise<OpenWorkflow[]> {
  const query = `WorkflowType = 'sweepWorkflow' AND ExecutionStatus = 'Running' AND TaskQueue = '${workflowQueue}'`;
  const found: OpenWorkflow[] = [];
  for await (const { workflowId, runId } of client.workflow.list({ query })) {
    const sweepId = parseSweepWorkflowId(workflowId);
    if (sweepId !== null) found.push({ sweepId, runId });
  }
  return found;
}

/** This very run and its trials'. @returns false where it had ended */
export function endSweepWorkflow({ client }: Control, { sweepId, runId }: OpenWorkflow, why: string): Promise<boolean> {
  return whereItRuns(() => client.workflow.getHandle(sweepWorkflowId(sweepId), runId).terminate(why));
}

async function whereItRuns(message: () => Promise<unknown>): Promise<boolean> {
  try {
    await message();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

function handleOf({ client }: Control, sweepId: string): WorkflowHandle<SweepWorkflow> {
  return client.workflow.getHandle<SweepWorkflow>(sweepWorkflowId(sweepId));
}
