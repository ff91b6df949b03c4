// The one place that connects a client to Temporal, and the words for what went wrong. No message holds a key.
import { Connection, isGrpcServiceError } from '@temporalio/client';
import type { TemporalConnectionOptions } from './temporal-settings.ts';
import { tlsFault } from './tls-fault.ts';

export const CONNECT_MS = 5000;
/** gRPC's codes. */
const MAY_NOT: number[] = [7, 16]; // permission denied, unauthenticated
const LATE: number[] = [4]; // deadline exceeded

/** @throws an error that names the address and the variable to correct */
export async function connectTemporal(options: TemporalConnectionOptions): Promise<Connection> {
  try {
    return await within(CONNECT_MS, (left) => Connection.connect({ ...options, connectTimeout: left }));
  } catch (error) {
    throw await connectionError(options, error);
  }
}

/**
 * Asks again where a deadline is said to have passed and the time has not: gRPC goes by the time of day, and a clock that jumps
 * past the deadline has used up none of it.
 * @param ask is told the milliseconds that are left
 */
export async function within<T>(milliseconds: number, ask: (left: number) => Promise<T>): Promise<T> {
  const started = performance.now();
  for (;;) {
    const left = milliseconds - (performance.now() - started);
    try {
      return await ask(Math.max(1, left));
    } catch (error) {
      if (left <= 1 || !isDeadline(error)) throw error;
    }
  }
}

/** While a connection is made, or as the answer to a call on one that was just made. */
function isDeadline(error: unknown): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (isGrpcServiceError(cause)) return LATE.includes(cause.code);
  return error instanceof Error && error.message.includes('before the deadline');
}

/** Of whichever of the SDK's two connections: that of a client, or the worker's own. */
export async function connectionError(options: TemporalConnectionOptions, error: unknown): Promise<Error> {
  const { address } = options;
  if (isRefused(error)) return new Error(refusal(options), { cause: error });
  const fault = await tlsFault(options);
  if (fault !== null) return new Error(`Temporal at ${address} cannot be used: ${fault}.`, { cause: error });
  const said = error instanceof Error ? error.message : String(error);
  return new Error(`No Temporal server answers at ${address} (${said}). Start it, or correct TEMPORAL_ADDRESS.`, {
    cause: error,
  });
}

/** Whether the server answered that this caller may not. */
export function isRefused(error: unknown): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (isGrpcServiceError(cause)) return MAY_NOT.includes(cause.code);
  return cause instanceof Error && /valid authentication credentials|does not have permission/.test(cause.message);
}

export function refusal({ address, apiKey }: TemporalConnectionOptions): string {
  const remedy =
    apiKey === undefined
      ? 'set TEMPORAL_API_KEY, or a client certificate in TEMPORAL_TLS_CLIENT_CERT_PATH'
      : 'correct TEMPORAL_API_KEY: it is wrong, has expired, or is not for this namespace';
  return `Temporal at ${address} refuses this caller: ${remedy}.`;
}
