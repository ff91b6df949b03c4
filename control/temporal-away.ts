// Whether Temporal is away: it does not answer, or not in time.
import { isGrpcServiceError } from '@temporalio/client';

/** gRPC's codes: deadline exceeded, unavailable. */
const AWAY: number[] = [4, 14];

/** The client wraps most of what gRPC throws, and not all. */
export function isTemporalAway(error: unknown): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return isGrpcServiceError(cause) && AWAY.includes(cause.code);
}
