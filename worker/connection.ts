// A worker's own connection to Temporal; what went wrong is said in the words of every other connection.
import { NativeConnection } from '@temporalio/worker';
import { connectionError } from '../runtime/temporal-connection.ts';
import type { TemporalConnectionOptions } from '../runtime/temporal-settings.ts';

/** @throws an error that names the address and the variable to correct */
export async function connectWorker(options: TemporalConnectionOptions): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(options);
  } catch (error) {
    throw await connectionError(options, error);
  }
}
