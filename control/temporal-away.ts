// Whether Temporal is away: it does not answer, or not in time. And the words for what it answered instead.
import { isGrpcServiceError, ServiceError } from '@temporalio/client';

/** gRPC's codes: deadline exceeded, unavailable. */
const AWAY: number[] = [4, 14];

/** The client wraps most of what gRPC throws, and not all. */
export function isTemporalAway(error: unknown): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return isGrpcServiceError(cause) && AWAY.includes(cause.code);
}

/** Of what Temporal's client throws in the middle of a command; null for any other error. */
export function temporalWords(error: unknown): string | null {
  const cause = error instanceof ServiceError ? error.cause : error;
  if (!isGrpcServiceError(cause)) return null;
  const said = error instanceof ServiceError ? `${error.message} (${cause.message})` : cause.message;
  const words = `Expected Temporal to do what it was asked, found: ${said.replace(/\.$/, '')}.`;
  if (!AWAY.includes(cause.code)) return words;
  return `${words} Give the command again once Temporal is back; what of it was written down already stands.`;
}
