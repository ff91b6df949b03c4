// The page's server: takes requests, turns away who may not ask, and hands the rest to the views.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readAddress } from './address.ts';
import { answer, answerPage, type Exchange } from './answer.ts';
import { openEvents, type Events } from './events.ts';
import { enter, entrance, takeOrder, type Taking } from './forms.ts';
import { isLoopback, refusalOf, type Refusal } from './guard.ts';
import type { Page } from './layout.ts';
import { problemOf, problemPage } from './problems.ts';
import { partsOf, viewAt } from './routes.ts';
import type { Database, TemporalPage } from './visit.ts';

/** An error that nobody foresaw goes to `onError`, and its message not to the browser. */
export interface PageOptions extends Taking {
  database: Database;
  temporal: TemporalPage | null;
  host: string;
  /** 0: any free port. */
  port: number;
  /** Asked for on every host but loopback. */
  token: string | null;
}

export interface PageServer {
  url: string;
  close(): Promise<void>;
}

interface Serving extends PageOptions {
  events: Events;
}

const FILES: Record<string, { type: string; text: string }> = {
  '/style.css': { type: 'text/css; charset=utf-8', text: ownFile('style.css') },
  '/live.mjs': { type: 'text/javascript; charset=utf-8', text: ownFile('browser/live.mjs') },
};

/** @throws when the port is taken, or where another host than loopback is asked for without a token */
export async function startPage(options: PageOptions): Promise<PageServer> {
  const { host, port, token, database, onError } = options;
  if (!isLoopback(host) && token === null)
    throw new Error(`Expected a token for a page on ${host}, which other machines reach, found none.`);
  const events = openEvents(database);
  const server = createServer((request, response) => {
    handle({ request, response }, { ...options, events }).catch((error: unknown) => {
      onError(error);
      response.destroy();
    });
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    await events.close();
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new Error(`Expected ${host}:${port} to be free for the page, found ${code}. Give another \`--port\`.`, {
      cause: error,
    });
  }
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: async () => {
      await events.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function handle(exchange: Exchange, serving: Serving): Promise<void> {
  const { request } = exchange;
  const { method = 'GET', url = '/' } = request;
  const address = readAddress(url);
  if (address === null) return answerPage(exchange, problemPage(400, 'Expected an address that can be read.'));
  const { pathname, search, searchParams } = address;
  const file = Object.hasOwn(FILES, pathname) ? FILES[pathname] : undefined;
  if (file !== undefined && method !== 'POST') return answer(exchange, file);
  if (pathname === '/enter') return enter(exchange, serving.token);
  const refusal = refusalOf(request, serving);
  if (refusal !== null) return answerPage(exchange, refused(refusal, method === 'GET' ? pathname + search : '/'));
  const parts = partsOf(pathname);
  if (parts === null) return answerPage(exchange, problemPage(400, 'Expected a path that can be read.'));
  if (method === 'POST') return takeOrder(exchange, serving, parts);
  if (method !== 'GET' && method !== 'HEAD')
    return answerPage(exchange, problemPage(405, `Expected GET or POST, found ${method}.`));
  if (pathname === '/events') return follow(exchange, serving, searchParams.get('sweep'));
  return answerPage(exchange, await viewOrProblem(serving, parts, searchParams));
}

async function viewOrProblem(serving: Serving, parts: readonly string[], parameters: URLSearchParams): Promise<Page> {
  const { database, temporal, onError } = serving;
  try {
    return await viewAt({ database, temporal, parameters }, parts);
  } catch (error) {
    return problemOf({ error, onError });
  }
}

async function follow(exchange: Exchange, { events }: Serving, sweepId: string | null): Promise<void> {
  if (events.add(exchange, sweepId)) return;
  await answer(exchange, { status: 503, type: 'text/plain', text: 'Too many pages are open.\n' });
}

/** @param next where the token leads */
function refused(refusal: Refusal, next: string): Page {
  if (refusal === 'no token') return entrance(next);
  if (refusal === 'wrong host')
    return problemPage(421, 'Expected the page to be asked for as localhost or 127.0.0.1, found another name.');
  return problemPage(403, 'Expected the order to come from this page itself, found it coming from another site.');
}

function ownFile(path: string): string {
  return readFileSync(join(import.meta.dirname, path), 'utf8');
}
