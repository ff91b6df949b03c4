// What every verb needs: the database brought to this program's schema, and a client of Temporal.
import { Client, Connection, type WorkflowClientInterceptor } from '@temporalio/client';
import { createDatabase, type Database } from '../db/client.ts';
import { migrate } from '../db/migrate.ts';
import type { Services } from '../runtime/services.ts';
import { WORKFLOW_QUEUE } from '../workflows/queues.ts';

export interface Control {
  database: Database;
  client: Client;
  /** Whether the server knows our search attributes. */
  searchAttributes: boolean;
  workflowQueue: string;
  close(): Promise<void>;
}

export type ControlTarget = Pick<Services, 'databaseUrl' | 'temporal' | 'searchAttributes'> & {
  /** Hand a trace on to the workflows that are started. */
  interceptors?: WorkflowClientInterceptor[];
};

const CONNECT_MS = 5_000;

/** @throws an error for people when either of them does not answer */
export async function openControl(target: ControlTarget): Promise<Control> {
  const { databaseUrl, temporal, searchAttributes, interceptors = [] } = target;
  const database = createDatabase(databaseUrl);
  try {
    await migrate(database);
    const connection = await connect(temporal);
    const client = new Client({
      ...{ connection, namespace: temporal.namespace },
      interceptors: { workflow: interceptors },
    });
    const close = async (): Promise<void> => {
      await connection.close();
      await database.close();
    };
    return { database, client, searchAttributes, workflowQueue: WORKFLOW_QUEUE, close };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function connect({ connectionOptions }: ControlTarget['temporal']): Promise<Connection> {
  try {
    return await Connection.connect({ ...connectionOptions, connectTimeout: CONNECT_MS });
  } catch {
    throw new Error(
      `Expected a Temporal server to answer at ${connectionOptions.address}, found none. Is it running, and is \`TEMPORAL_ADDRESS\` right?`,
    );
  }
}
