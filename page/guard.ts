// Who may see the page and give orders: on loopback whoever uses this machine, elsewhere whoever has the token. A browser
// that is led here by another site gives no order.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface Guard {
  /** Null on loopback, where none is asked for. */
  token: string | null;
}

export type Refusal = 'wrong host' | 'no token' | 'other site';

const COOKIE = 'lpt_sweep_token';
const LOOPBACK_HOST = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i;

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** Null where the request may be answered. */
export function refusalOf(request: IncomingMessage, { token }: Guard): Refusal | null {
  const { host = '' } = request.headers;
  // A name that a stranger made to point at this machine is not ours: its pages could read the answer.
  if (token === null && !LOOPBACK_HOST.test(host)) return 'wrong host';
  if (token !== null && !isToken(tokenOf(request), token)) return 'no token';
  return request.method === 'POST' && !isFromHere(request) ? 'other site' : null;
}

/** Browsers name the page that an order comes from. */
export function isFromHere({ headers: { origin, host = '' } }: IncomingMessage): boolean {
  if (origin === undefined || !URL.canParse(origin)) return false;
  return new URL(origin).host.toLowerCase() === host.toLowerCase();
}

/** In a time that does not tell how much of it is right. */
export function isToken(given: string | undefined, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}

/**
 * For this browser and its session; scripts do not see it. Of what other sites have a browser ask for, only a link that is
 * followed carries it, and a link changes nothing.
 */
export function tokenCookie(token: string): string {
  return `${COOKIE}=${encodeURIComponent(token)}; HttpOnly; SameSite=Lax; Path=/`;
}

function tokenOf({ headers: { cookie = '', authorization = '' } }: IncomingMessage): string | undefined {
  const bearer = /^Bearer (.+)$/.exec(authorization)?.[1];
  if (bearer !== undefined) return bearer;
  const found = cookie.split(/;\s*/).find((part) => part.startsWith(`${COOKIE}=`));
  return found === undefined ? undefined : decoded(found.slice(COOKIE.length + 1));
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
