// The one place that starts, looks at and signals a sweep's workflow.
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import { setTimeout } from 'node:timers/promises';
import type { SweepRow } from '../db/sweeps.ts';
import { sweepWorkflowId } from '../workflows/ids.ts';
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
export async function workflowState(control: Control, sweepId: string): Promise<'running' | 'ended' | 'none'> {
  try {
    const { status } = await handleOf(control, sweepId).describe();
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
): Promise<'running' | 'ended' | 'none'> {
  const isOpen = sweep.state === 'waiting' || sweep.state === 'running';
  let state = await workflowState(control, sweep.id);
  for (let waited = 0; !isOpen && state === 'running' && waited < patienceMs; waited += LOOK_EVERY_MS) {
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
