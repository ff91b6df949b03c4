import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { ServiceError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TooLargeError } from '../../control/fitting.ts';
import { ConfigurationError, DataError } from '../../data/error.ts';
import { NewerDatabaseError, NothingToDoError, OlderDatabaseError, queryError } from '../../db/errors.ts';
import { createSweep } from '../../db/sweeps.ts';
import { isLoopback } from '../../page/guard.ts';
import { escape, html } from '../../page/html.ts';
import { problemOf } from '../../page/problems.ts';
import { startPage, type PageServer } from '../../page/server.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { smallSweep } from '../support/trials.ts';

const TOKEN = 'a-token-that-nobody-guesses';
let own: TestDatabase;
let onLoopback: PageServer;
let behindToken: PageServer;
const given: string[] = [];
const unforeseen: unknown[] = [];

beforeAll(async () => {
  own = await createTestDatabase();
  const { database } = own;
  await createSweep(database, smallSweep('reviews'));
  const options = {
    ...{ database, temporal: null, host: '127.0.0.1', port: 0 },
    giveOrder: (order: string, sweep: string) => {
      given.push(`${order} ${sweep}`);
      return order === 'resume'
        ? Promise.reject(new NothingToDoError('Expected <b>work</b>, found none.'))
        : Promise.resolve();
    },
    onError: (error: unknown) => unforeseen.push(error),
  };
  onLoopback = await startPage({ ...options, token: null });
  behindToken = await startPage({ ...options, token: TOKEN });
});
afterAll(async () => {
  await onLoopback.close();
  await behindToken.close();
  await own.drop();
});

interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Without what `fetch` would tidy up: paths and hosts go out as they stand. */
async function send(server: PageServer, path: string, { method = 'GET', headers = {}, body }: Sent = {}) {
  const { hostname, port } = new URL(server.url);
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers }, (response) => {
      text(response).then(
        (read) => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: read }),
        reject,
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const PROBLEMS: [Error, number][] = [
  [new TooLargeError('Expected a larger worker.'), 409],
  [new ConfigurationError('Expected one token.'), 409],
  [new DataError('Expected a column.'), 409],
  [new NewerDatabaseError('Expected an older schema.'), 409],
  [new OlderDatabaseError('Expected a newer schema.'), 409],
  [queryError('permission denied', '42501'), 409],
  [new Error('What nobody foresaw.'), 500],
];

const PAUSE = { method: 'POST', body: 'order=pause' };
const from = (server: PageServer): Sent => ({ ...PAUSE, headers: { origin: server.url } });

describe('on loopback', () => {
  test('an order from the page itself is given, and answered with the way back', async () => {
    given.length = 0;
    const { status, headers } = await send(onLoopback, '/sweeps/reviews/orders', from(onLoopback));
    expect({ status, location: headers['location'] }).toEqual({ status: 303, location: '/sweeps/reviews?told=pause' });
    expect(given).toEqual(['pause reviews']);
  });

  test.each(['http://elsewhere.example', 'null', undefined])(
    'an order that comes from %s is refused',
    async (origin) => {
      given.length = 0;
      const headers = origin === undefined ? {} : { origin };
      expect((await send(onLoopback, '/sweeps/reviews/orders', { ...PAUSE, headers })).status).toBe(403);
      expect(given).toEqual([]);
    },
  );

  test('a name that somebody else made to point here is turned away, for reading too', async () => {
    const answered = await send(onLoopback, '/', { headers: { host: 'rebound.example' } });
    expect(answered.status).toBe(421);
    expect(answered.text).not.toContain('reviews');
  });

  test('any address of loopback is ours, as one that is listened on, and a name that begins like one is not', async () => {
    expect(isLoopback('127.0.0.2')).toBe(true);
    expect((await send(onLoopback, '/', { headers: { host: '127.0.0.2:8080' } })).status).toBe(200);
    expect((await send(onLoopback, '/', { headers: { host: '127.0.0.2.example' } })).status).toBe(421);
  });

  test('what a verb refuses is said, escaped, and not as an error of ours', async () => {
    const headers = { origin: onLoopback.url };
    const answered = await send(onLoopback, '/sweeps/reviews/orders', {
      method: 'POST',
      headers,
      body: 'order=resume',
    });
    expect(answered.status).toBe(409);
    expect(answered.text).toContain('Expected &#60;b&#62;work&#60;/b&#62;, found none.');
    expect(unforeseen).toEqual([]);
  });

  test.each(PROBLEMS)('of what goes wrong, only words that are made for people are shown: %s', (error, status) => {
    const told: unknown[] = [];
    const page = problemOf({ error, onError: (one) => told.push(one) });
    const isForeseen = status === 409;
    expect(page.status).toBe(status);
    expect(html`${page.content}`.text.includes(error.message)).toBe(isForeseen);
    expect(told).toEqual(isForeseen ? [] : [error]);
  });

  test.each([
    ['wrapped by the client', 14, (error: Error) => new ServiceError('Failed to signal Workflow', { cause: error })],
    ['as it is', 4, (error: Error) => error],
  ])('that Temporal is away is said, with what becomes of the order: %s', (_, code, wrap) => {
    const told: unknown[] = [];
    const error = Object.assign(new Error(`${code}: 10.0.0.7:7233`), { code, details: '10.0.0.7:7233', metadata: {} });
    const page = problemOf({ error: wrap(error), onError: (one) => told.push(one) });
    expect(page.status).toBe(503);
    const { text: words } = html`${page.content}`;
    expect(words).toContain('Give the order again once Temporal is back; what of it was written down already stands.');
    expect(words).not.toContain('10.0.0.7');
    expect(told).toEqual([]);
  });

  test('an order that there is not, or one longer than any form, is refused', async () => {
    given.length = 0;
    const headers = { origin: onLoopback.url };
    for (const body of ['order=drop', '', `order=pause&x=${'x'.repeat(20_000)}`]) {
      const answered = await send(onLoopback, '/sweeps/reviews/orders', { method: 'POST', headers, body });
      expect(answered.status).toBe(400);
    }
    expect(given).toEqual([]);
  });

  test.each([
    ['/../../package.json', 404],
    ['/sweeps/..%2f..%2fpackage.json', 404],
    ['/sweeps/reviews/trials/../../../etc/passwd', 404],
    ['/style.css/../../package.json', 404],
    ['/sweeps/reviews/constructor', 404],
    ['/sweeps/reviews/trials/1e3', 404],
    ['/sweeps/reviews/trials/999', 404],
    ['/sweeps/%', 400],
    ['/sweeps/%00', 400],
    ['/sweeps/%3Cscript%3Ealert(1)%3C%2Fscript%3E', 404],
  ])('%s leads nowhere', async (path, expected) => {
    const answered = await send(onLoopback, path);
    expect(answered.status).toBe(expected);
    expect(answered.text).not.toContain('<script>alert');
    expect(answered.text).not.toContain('dependencies');
    expect(unforeseen).toEqual([]);
  });

  test.each(['constructor', 'toString', '__proto__'])('an order called %s is not told of', async (told) => {
    const answered = await send(onLoopback, `/sweeps/reviews?told=${told}`);
    expect(answered.status).toBe(200);
    expect(answered.text).not.toContain('class="told"');
    expect(unforeseen).toEqual([]);
  });

  test('every answer forbids the browser to load from, send to or be shown in another place', async () => {
    const { headers } = await send(onLoopback, '/sweeps/reviews');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
  });
});

describe('behind a token', () => {
  const enter = (token: string, next = '/') =>
    send(behindToken, '/enter', { method: 'POST', body: new URLSearchParams({ token, next }).toString() });

  test('nothing is shown and no order is given without it, or with another one', async () => {
    given.length = 0;
    for (const headers of [
      {},
      { cookie: 'lpt_sweep_token=another' },
      { cookie: 'lpt_sweep_token=%' },
      { authorization: 'Bearer x' },
    ]) {
      const seen = await send(behindToken, '/sweeps/reviews', { headers });
      expect(seen.status).toBe(401);
      expect(seen.text).not.toContain('bert-base-uncased');
      const ordered = { ...PAUSE, headers: { ...headers, origin: behindToken.url } };
      expect((await send(behindToken, '/sweeps/reviews/orders', ordered)).status).toBe(401);
    }
    expect((await enter('another')).status).toBe(403);
    expect(given).toEqual([]);
  });

  test('the token opens it for this browser, which still has to give orders from the page', async () => {
    const { status, headers } = await enter(TOKEN);
    const [set = ''] = headers['set-cookie'] as string[];
    expect(status).toBe(303);
    expect(set).toMatch(/HttpOnly; SameSite=Lax/);
    const cookie = set.split(';')[0] ?? '';
    expect((await send(behindToken, '/sweeps/reviews', { headers: { cookie } })).status).toBe(200);
    const elsewhere = { ...PAUSE, headers: { cookie, origin: 'http://elsewhere.example' } };
    expect((await send(behindToken, '/sweeps/reviews/orders', elsewhere)).status).toBe(403);
    const here = { ...PAUSE, headers: { cookie, origin: behindToken.url } };
    expect((await send(behindToken, '/sweeps/reviews/orders', here)).status).toBe(303);
  });

  test('a link leads to its page by way of the token, also where that was wrong at first', async () => {
    const link = '/sweeps/reviews/layers?task=mr%2C+few-shot+32&score=test';
    const hidden = `<input name="next" type="hidden" value="${escape(link)}" />`;
    expect((await send(behindToken, link)).text).toContain(hidden);
    expect((await enter('another', link)).text).toContain(hidden);
    expect((await enter(TOKEN, link)).headers['location']).toBe(link);
  });

  test('an order without it leads to the list of sweeps, not to a page that there is not', async () => {
    const { text: shown } = await send(behindToken, '/sweeps/reviews/orders', from(behindToken));
    expect(shown).toContain('<input name="next" type="hidden" value="/" />');
  });

  test.each([
    '//elsewhere.example/',
    '/\\elsewhere.example/',
    '/\t/elsewhere.example/',
    '/.//elsewhere.example/',
    'http://elsewhere.example/',
    'javascript:alert(1)',
    'http://[',
  ])('the token leads nowhere else: %j', async (next) => {
    expect((await enter(TOKEN, next)).headers['location']).toBe('/');
  });

  test('a page that other machines can reach does not start without one', async () => {
    const options = { database: own.database, temporal: null, port: 0, giveOrder: () => Promise.resolve() };
    const started = startPage({ ...options, host: '0.0.0.0', token: null, onError: () => undefined });
    await expect(started).rejects.toThrow(/Expected a token for a page on 0\.0\.0\.0/);
  });
});
