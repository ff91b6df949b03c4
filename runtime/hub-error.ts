// What goes wrong with the Hub, sorted by what may be done about it, in words for people.
import type { HubRepository } from './hub-repository.ts';

/**
 * `away`: the very same request is worth repeating. `refused`: there is no such thing, or it is kept from us. `broken`: anything
 * else, such as bytes that are not those of the listing, or a disk without room.
 */
export type HubFault = 'away' | 'refused' | 'broken';

export class HubError extends Error {
  override name = 'HubError';
  readonly fault: HubFault;

  constructor(message: string, { fault, cause }: { fault: HubFault; cause: unknown }) {
    super(message, { cause });
    this.fault = fault;
  }
}

export function hubError({ type, name }: HubRepository, error: unknown): HubError {
  if (error instanceof HubError) return error;
  const status = statusOf(error);
  const message = `${what(type)} ${name} could not be downloaded: ${reason(status, error)}.`;
  return new HubError(message, { fault: faultOf(status, error), cause: error });
}

function statusOf(error: unknown): number | undefined {
  const isAnswer = typeof error === 'object' && error !== null && 'statusCode' in error;
  return isAnswer && typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

const REFUSED_STATUS = [401, 403, 404];
/** Too late, too early, too many; from 500 on are the hub's own errors. */
const AWAY_STATUS = [408, 425, 429];
/** Of the network. A certificate that is not trusted is none of these: it stays so. */
const AWAY_CODE =
  /^(ECONN(REFUSED|RESET|ABORTED)|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|EHOST(UNREACH|DOWN)|ENET(UNREACH|DOWN)|UND_ERR_\w+)$/;

function faultOf(status: number | undefined, error: unknown): HubFault {
  if (status !== undefined) {
    if (REFUSED_STATUS.includes(status)) return 'refused';
    return status >= 500 || AWAY_STATUS.includes(status) ? 'away' : 'broken';
  }
  return codesOf(error).some((code) => AWAY_CODE.test(code)) ? 'away' : 'broken';
}

/** `fetch` says only that it failed; why stands in what caused that. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  return [...own, ...codesOf(error.cause)];
}

const what = (type: HubRepository['type']): string => (type === 'model' ? 'Backbone' : 'Dataset');

function reason(status: number | undefined, error: unknown): string {
  if (status === 404) return 'the hub has nothing of that name';
  if (status === 401 || status === 403) return 'the hub wants a token for it (HF_TOKEN), or the name is wrong';
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const why = cause instanceof Error && cause.message !== '' ? cause.message : codesOf(cause)[0];
  return why === undefined ? error.message : `${error.message} (${why})`;
}
