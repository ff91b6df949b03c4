// Answers: what every one of them says to the browser, and pages made small for the way.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { layout, type Page } from './layout.ts';

/** Nothing is loaded from, sent to or shown inside another place. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};
/** Below, it is not worth the work. */
const SMALL = 1_000;
const pack = promisify(gzip);

export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
}

export interface Body {
  status?: number;
  type: string;
  text: string;
  headers?: Record<string, string>;
}

export async function answer({ request, response }: Exchange, body: Body): Promise<void> {
  const { status = 200, type, text, headers = {} } = body;
  const isPacked = text.length > SMALL && /\bgzip\b/.test(request.headers['accept-encoding']?.toString() ?? '');
  const bytes = isPacked ? await pack(text) : Buffer.from(text);
  response.writeHead(status, {
    ...{ ...HEADERS, 'content-type': type, vary: 'accept-encoding', 'content-length': bytes.length, ...headers },
    ...(isPacked ? { 'content-encoding': 'gzip' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

export function answerPage(exchange: Exchange, page: Page): Promise<void> {
  const type = 'text/html; charset=utf-8';
  return answer(exchange, { type, text: layout(page).text, ...(page.status ? { status: page.status } : {}) });
}

export function redirect({ response }: Exchange, to: string, headers: Record<string, string> = {}): void {
  response.writeHead(303, { ...HEADERS, location: to, ...headers }).end();
}

/** Open until the reader leaves. */
export function openStream({ response }: Exchange): void {
  response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
  response.write('retry: 2000\n\n');
}
