import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { setSweepState } from '../../db/sweeps.ts';
import { startPage, type PageServer } from '../../page/server.ts';
import { openBrowser } from '../support/browser.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { complete, launched, run, sweepOf } from './scenes.ts';

let own: TestDatabase;
let server: PageServer;
let browser: Browser;
beforeAll(async () => {
  [own, browser] = await Promise.all([createTestDatabase(), openBrowser()]);
  server = await serve(0);
});
afterAll(async () => {
  await browser.close();
  await server.close();
  await own.drop();
});

function serve(port: number): Promise<PageServer> {
  return startPage({
    ...{ database: own.database, temporal: null, host: '127.0.0.1', port, token: null },
    giveOrder: () => Promise.resolve(),
    onError: (error) => {
      throw error;
    },
  });
}

/** An open page that listens. */
async function listening(path: string, context: Browser | BrowserContext = browser): Promise<Page> {
  const page = await context.newPage();
  const listens = page.waitForResponse((response) => response.url().includes('/events'));
  await Promise.all([listens, page.goto(server.url + path)]);
  return page;
}

test('an open page shows what becomes of its sweep, and what the reader opened stays open', async () => {
  const sweep = await launched(own.database, sweepOf('live', [13]));
  const page = await listening('/sweeps/live');
  await page.locator('#cancel > summary').click();
  expect(await page.locator('#progress h2').textContent()).toContain('0 of 28 trials complete');
  await complete(own.database, sweep, 3);
  await page.locator('#progress h2', { hasText: '3 of 28 trials complete' }).waitFor();
  expect(await page.locator('#cancel').getAttribute('open')).toBe('');
});

test('a table that the reader has moved sideways stays there when it changes', async () => {
  const sweep = await launched(own.database, sweepOf('sideways', [13]));
  const context = await browser.newContext({ viewport: { width: 375, height: 740 } });
  const page = await listening('/sweeps/sideways/trials', context);
  const box = page.locator('#trials .scroll');
  await box.evaluate((element) => element.scrollTo({ left: 150 }));
  await complete(own.database, sweep, 1);
  await page.locator('#trials .state-complete').waitFor();
  expect(await box.evaluate(({ scrollLeft }) => scrollLeft)).toBe(150);
  await context.close();
});

test('what is open and has not changed is not exchanged: a selection in it stays', async () => {
  const sweep = await launched(own.database, sweepOf('unchanged', [13]));
  await complete(own.database, sweep, 3);
  const page = await listening('/sweeps/unchanged/curves');
  await page.locator('#single-trials summary').click();
  const row = await page.locator('#single-trials tbody tr').first().elementHandle();
  await setSweepState(own.database, { sweepId: sweep.id, state: 'paused' });
  await page.locator('#sweep-state', { hasText: 'paused' }).waitFor();
  expect(await row.evaluate(({ isConnected }) => isConnected)).toBe(true);
});

test('what became of an order is said once, not again at a reload', async () => {
  await launched(own.database, sweepOf('told', [13]));
  const page = await listening('/sweeps/told');
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.locator('.told', { hasText: 'Paused' }).waitFor();
  await page.waitForURL(`${server.url}/sweeps/told`);
  await page.reload();
  expect(await page.locator('.told').count()).toBe(0);
});

test('what changed between the page and its listening is on the page', async () => {
  const sweep = await launched(own.database, sweepOf('between', [13]));
  const page = await browser.newPage();
  await page.route('**/events?*', async (route) => {
    await setSweepState(own.database, { sweepId: sweep.id, state: 'paused' });
    await route.continue();
  });
  await page.goto(`${server.url}/sweeps/between`);
  await page.locator('#sweep-state', { hasText: 'paused' }).waitFor();
});

test('a page that is not let listen says so and tries again itself', async () => {
  await launched(own.database, sweepOf('refused', [13]));
  const page = await browser.newPage();
  await page.route('**/events?*', (route) => route.fulfill({ status: 503, body: 'Too many pages are open.' }), {
    times: 1,
  });
  await page.goto(`${server.url}/sweeps/refused`);
  await page.locator('#away', { hasText: 'No news from the server' }).waitFor();
  await page.waitForFunction(() => document.getElementById('away')?.textContent === '');
});

test('an answer that is no page is said, and asked for again', async () => {
  const sweep = await launched(own.database, sweepOf('stumbling', [13]));
  const page = await listening('/sweeps/stumbling');
  await page.route('**/sweeps/stumbling', (route) => route.fulfill({ status: 409, body: 'Postgres is away.' }), {
    times: 1,
  });
  await setSweepState(own.database, { sweepId: sweep.id, state: 'paused' });
  await page.locator('#away', { hasText: 'No news from the server' }).waitFor();
  await page.locator('#sweep-state', { hasText: 'paused' }).waitFor();
});

test('the single trials come to a page of curves that was opened before the first score', async () => {
  const sweep = await launched(own.database, sweepOf('first-score', [13]));
  const page = await listening('/sweeps/first-score/curves');
  await run(own.database, sweep);
  await page.locator('#single-trials > details').waitFor();
});

test('what a trial got wrong comes to its page that was opened before its end', async () => {
  const sweep = await launched(own.database, sweepOf('wrong', [13]));
  const page = await listening('/sweeps/wrong/trials/0');
  expect(await page.locator('#wrong').textContent()).toContain('No predictions are stored');
  await complete(own.database, sweep, 1);
  // The texts of this sweep are nowhere: it says so once there are predictions.
  await page.locator('#wrong', { hasText: 'The texts are neither on this machine' }).waitFor();
});

test('pages that nobody looks at keep no connection from another one, and catch up when they are looked at', async () => {
  const sweep = await launched(own.database, sweepOf('seven', [13]));
  const context = await browser.newContext();
  const pages: Page[] = [];
  // A browser opens six connections to a server.
  for (let tab = 0; tab < 6; tab += 1) {
    const page = await listening('/sweeps/seven', context);
    await look(page, false);
    pages.push(page);
  }
  const seventh = await context.newPage();
  await seventh.goto(`${server.url}/sweeps/seven`, { timeout: 20_000 });
  await complete(own.database, sweep, 3);
  const [first] = pages;
  if (first === undefined) throw new Error('Expected six pages, found none.');
  await look(first, true);
  await first.locator('#progress h2', { hasText: '3 of 28 trials complete' }).waitFor();
  await context.close();
});

test('what changed while the server was away is on the page soon after it is back', async () => {
  const sweep = await launched(own.database, sweepOf('restarted', [13]));
  const page = await listening('/sweeps/restarted');
  await server.close();
  await page.locator('#away', { hasText: 'No news from the server' }).waitFor();
  await complete(own.database, sweep, 28);
  await setSweepState(own.database, { sweepId: sweep.id, state: 'complete' });
  server = await serve(Number(new URL(server.url).port));
  await page.locator('#progress h2', { hasText: '28 of 28 trials complete' }).waitFor();
  await page.locator('#sweep-state', { hasText: 'complete' }).waitFor();
  await page.waitForFunction(() => document.getElementById('away')?.textContent === '');
});

/** Without a screen every page counts as looked at: this says otherwise, as a change of tabs does. */
function look(page: Page, isLookedAt: boolean): Promise<void> {
  return page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, !isLookedAt);
}
