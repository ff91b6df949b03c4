import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { startPage, type PageServer } from '../../page/server.ts';
import { openBrowser } from '../support/browser.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { complete, launched, sweepOf } from './scenes.ts';

let own: TestDatabase;
let server: PageServer;
let browser: Browser;
beforeAll(async () => {
  [own, browser] = await Promise.all([createTestDatabase(), openBrowser()]);
  server = await startPage({
    ...{ database: own.database, temporal: null, host: '127.0.0.1', port: 0, token: null },
    giveOrder: () => Promise.resolve(),
    onError: (error) => {
      throw error;
    },
  });
});
afterAll(async () => {
  await browser.close();
  await server.close();
  await own.drop();
});

test('an open page shows what becomes of its sweep, and what the reader opened stays open', async () => {
  const sweep = await launched(own.database, sweepOf('live', [13]));
  const page = await browser.newPage();
  const listens = page.waitForResponse((response) => response.url().includes('/events'));
  await page.goto(`${server.url}/sweeps/live`);
  await listens;
  await page.locator('#cancel > summary').click();
  expect(await page.locator('#progress h2').textContent()).toContain('0 of 28 trials complete');
  await complete(own.database, sweep, 3);
  await page.locator('#progress h2', { hasText: '3 of 28 trials complete' }).waitFor();
  expect(await page.locator('#cancel').getAttribute('open')).toBe('');
});
