// Asks a Temporal server: does it answer, is the namespace there, does it know our search attributes.
import { isGrpcServiceError, type Connection } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time.js';
import { CONNECT_MS, connectTemporal, isRefused, refusal, within } from './temporal-connection.ts';
import type { TemporalConnectionOptions } from './temporal-settings.ts';

/** By which a person finds sweeps and trials in Temporal's own page. */
export const SEARCH_ATTRIBUTES = {
  SweepName: 'Keyword',
  Task: 'Keyword',
  Method: 'Keyword',
  TrialState: 'Keyword',
  InsertionLayer: 'Int',
  PromptLength: 'Int',
} as const;

/** Closed workflows of the embedded server stay visible for so long; its default is a day. */
const RETENTION = '3650 days';
/** gRPC's codes. */
const [NOT_FOUND, UNIMPLEMENTED] = [5, 12];

export interface TemporalTarget {
  connectionOptions: TemporalConnectionOptions;
  namespace: string;
  /** Of both the client's and the worker's payloads; absent: they stay as they are. */
  payloadCodecs?: PayloadCodec[];
  /** Whether the words of failures are payloads as well: where a person has set a codec. */
  encodesFailures?: boolean;
}

/** @throws an error that names address and namespace, and no key */
export async function checkTemporal(target: TemporalTarget): Promise<{ version: string; missingAttributes: string[] }> {
  return withConnection(target, async (connection) => {
    const { serverVersion } = await connection.workflowService.getSystemInfo({});
    await describeNamespace(connection, target);
    const known = await knownAttributes(connection, target);
    const missingAttributes = Object.keys(SEARCH_ATTRIBUTES).filter((name) => !(name in known));
    return { version: serverVersion || 'unknown', missingAttributes };
  });
}

/** None where the server does not tell everybody: Temporal Cloud tells no key of a namespace, and sweeps run without. */
async function knownAttributes({ operatorService }: Connection, { namespace }: TemporalTarget): Promise<object> {
  try {
    return (await operatorService.listSearchAttributes({ namespace })).customAttributes;
  } catch (error) {
    if (isRefused(error) || isAnswer(error, UNIMPLEMENTED)) return {};
    throw error;
  }
}

/** The command that a person with the rights may run on a cluster of their own. */
export function attributeCommand(namespace: string, missing: readonly string[]): string {
  const flags = Object.entries(SEARCH_ATTRIBUTES)
    .filter(([name]) => missing.includes(name))
    .map(([name, type]) => `--name ${name} --type ${type}`);
  return `temporal operator search-attribute create --namespace ${namespace} ${flags.join(' ')}`;
}

/** On the embedded server only: makes the namespace if it is not there, and keeps what is finished. */
export async function prepareNamespace(target: TemporalTarget): Promise<void> {
  await withConnection(target, async ({ workflowService }) => {
    const { namespace } = target;
    const config = { workflowExecutionRetentionTtl: msToTs(RETENTION) };
    try {
      await workflowService.updateNamespace({ namespace, config });
    } catch (error) {
      if (!isAnswer(error, NOT_FOUND)) throw error;
      await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs(RETENTION) });
    }
  });
}

async function withConnection<T>(target: TemporalTarget, ask: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await connectTemporal(target.connectionOptions);
  try {
    return await within(2 * CONNECT_MS, (left) => connection.withDeadline(Date.now() + left, () => ask(connection)));
  } finally {
    await connection.close();
  }
}

async function describeNamespace(
  connection: Connection,
  { connectionOptions, namespace }: TemporalTarget,
): Promise<void> {
  try {
    await connection.workflowService.describeNamespace({ namespace });
  } catch (error) {
    const { address } = connectionOptions;
    if (isAnswer(error, NOT_FOUND)) {
      throw new Error(`Temporal at ${address} has no namespace "${namespace}". Correct TEMPORAL_NAMESPACE.`, {
        cause: error,
      });
    }
    if (isRefused(error)) throw new Error(refusal(connectionOptions), { cause: error });
    const said = isGrpcServiceError(error) ? error.details : String(error);
    throw new Error(`Temporal at ${address} did not let us look at namespace "${namespace}": ${said}.`, {
      cause: error,
    });
  }
}

function isAnswer(error: unknown, wanted: number): boolean {
  if (!isGrpcServiceError(error)) return false;
  const code: number = error.code;
  return code === wanted;
}
