// What every verb needs: the database brought to this program's schema, and a client of Temporal.
import { Client, type WorkflowClientInterceptor } from '@temporalio/client';
import { createDatabase, type Database } from '../db/client.ts';
import { migrate } from '../db/migrate.ts';
import type { Services } from '../runtime/services.ts';
import { connectTemporal } from '../runtime/temporal-connection.ts';
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

/** @throws an error for people when either of them does not answer */
export async function openControl(target: ControlTarget): Promise<Control> {
  const { databaseUrl, temporal, searchAttributes, interceptors = [] } = target;
  const database = createDatabase(databaseUrl);
  try {
    await migrate(database);
    const connection = await connectTemporal(temporal.connectionOptions);
    const { namespace, payloadCodecs = [] } = temporal;
    const client = new Client({
      ...{ connection, namespace, dataConverter: { payloadCodecs } },
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
