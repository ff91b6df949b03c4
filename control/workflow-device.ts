// Which device a sweep's workflow began with: it keeps that one, whatever workers come and go.
import type { Payload } from '@temporalio/common';
import { UnknownSweepError } from '../db/errors.ts';
import { findSweep } from '../db/sweeps.ts';
import type { Spec } from '../sweep/spec.ts';
import { sweepWorkflowId } from '../workflows/ids.ts';
import type { SweepInput } from '../workflows/messages.ts';
import type { DeviceClass } from '../workflows/queues.ts';
import type { Control } from './control.ts';
import { workflowState } from './sweep-workflow.ts';

/** @param name or id. @returns null where no workflow runs for such a sweep, or where its input is encrypted with a key that is not here. */
export async function workflowDevice(control: Control, name: string): Promise<DeviceClass | null> {
  const id = await idOf(control, name);
  if (id === null || (await workflowState(control, id)) !== 'running') return null;
  const { client } = control;
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId: sweepWorkflowId(id) },
    maximumPageSize: 1,
  });
  const payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  return decoded(client, payloads).then(
    (input) => input?.deviceClass ?? null,
    () => null,
  );
}

/** Where a sweep's trials will be trained: as its workflow began, else as its file says. */
export async function wantedDevice(
  control: Control,
  { name, device }: Pick<Spec, 'name' | 'device'>,
): Promise<Spec['device']> {
  return (await workflowDevice(control, name)) ?? device;
}

async function idOf({ database }: Control, name: string): Promise<string | null> {
  try {
    return (await findSweep(database, name)).id;
  } catch (error) {
    if (error instanceof UnknownSweepError) return null;
    throw error;
  }
}

async function decoded({ options }: Control['client'], encoded: Payload[]): Promise<SweepInput | undefined> {
  const { payloadCodecs, payloadConverter } = options.loadedDataConverter;
  let payloads = encoded;
  for (const codec of payloadCodecs.toReversed()) payloads = await codec.decode(payloads);
  const [input] = payloads;
  return input && payloadConverter.fromPayload<SweepInput>(input);
}
