import axe from 'axe-core';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { show } from '../../control/show.ts';
import { configurationFacts } from '../../control/trial-facts.ts';
import { setSweepState } from '../../db/sweeps.ts';
import type { PageServer } from '../../page/server.ts';
import { lastStart } from '../../page/views/pages.ts';
import { openBrowser, takePicture } from '../support/browser.ts';
import { startQuietPage } from '../support/page.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { complete, fail, launched, reviewsIn, run, sweepOf } from './scenes.ts';

const OUTPUT = join(import.meta.dirname, '../../test-output/page');
const HOSTILE = `<img src=x onerror="alert('in')"> "quoted" & 'more'`;
const TABS = ['', '/layers', '/curves', '/settings', '/speed', '/seeds', '/comparison', '/trials'];
/** No browser breaks it of itself. */
const LONG = 'longname'.repeat(11).slice(0, 82);
const LOOKS = [
  { look: 'desktop-light', width: 1280, height: 900, colorScheme: 'light' },
  { look: 'phone-dark', width: 375, height: 740, colorScheme: 'dark' },
] as const;

let own: TestDatabase;
let server: PageServer;
let browser: Browser;
let folder: string;
const errors: unknown[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lpt-sweep-page-'));
  await mkdir(OUTPUT, { recursive: true });
  [own, browser] = await Promise.all([createTestDatabase(), openBrowser()]);
  const { database } = own;
  const data = await reviewsIn(folder);
  await launched(database, sweepOf('empty', [13]));
  const running = await launched(database, sweepOf('running', [13, 21, 42]));
  await complete(database, running, 50);
  await run(database, running);
  const failed = await launched(database, sweepOf('failed', [13]));
  await fail(database, failed, HOSTILE);
  await setSweepState(database, { sweepId: failed.id, state: 'failed', error: `Three in a row: ${HOSTILE}` });
  const whole = await launched(database, sweepOf('whole', [13, 21, 42], data));
  await complete(database, whole, 84);
  await setSweepState(database, { sweepId: whole.id, state: 'complete' });
  const one = await launched(database, sweepOf('one-seed', [13]));
  await complete(database, one, 28);
  await launched(database, sweepOf(LONG, [13]));
  server = await startQuietPage(database, errors);
});
afterAll(async () => {
  await browser.close();
  await server.close();
  await own.drop();
  await rm(folder, { recursive: true, force: true });
});

const PATHS = [
  '/',
  ...TABS.map((tab) => `/sweeps/whole${tab}`),
  '/sweeps/whole/trials/21',
  ...['', '/layers', '/curves', '/trials/52'].map((tab) => `/sweeps/running${tab}`),
  ...TABS.map((tab) => `/sweeps/empty${tab}`),
  ...['', '/trials?state=failed', '/trials/0'].map((tab) => `/sweeps/failed${tab}`),
  ...['/layers', '/seeds'].map((tab) => `/sweeps/one-seed${tab}`),
  ...['', '/trials/3'].map((tab) => `/sweeps/${LONG}${tab}`),
  '/sweeps/nowhere',
];

describe.each(LOOKS)('on $look', ({ look, width, height, colorScheme }) => {
  test.each(PATHS)('%s is whole, fits, calls no other host and has no serious barrier', async (path) => {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme });
    const page = await context.newPage();
    const asked: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => complaints.push(dialog.message()));
    await page.goto(server.url + path, { waitUntil: 'load' });
    await takePicture(page, join(OUTPUT, `${fileName(path)}-${look}.png`));
    expect(asked.filter((url) => !url.startsWith(server.url) && !url.startsWith('data:'))).toEqual([]);
    expect(complaints.filter((text) => !/status of 404/.test(text))).toEqual([]);
    expect(await sidewaysOverflow(page)).toBe(0);
    expect(await barriers(page)).toEqual([]);
    expect(errors).toEqual([]);
    await context.close();
  });
});

test('a trial has its whole configuration, with the names that the terminal has', async () => {
  const { trial } = await show({ database: own.database }, 'whole/21');
  const page = await browser.newPage();
  await page.goto(`${server.url}/sweeps/whole/trials/21`);
  const names = await page.locator('#settings dt').allTextContents();
  expect(names).toEqual([...configurationFacts(trial).map(([name]) => name), 'trial key']);
  expect(names).toContain('task.data.files.test');
  await page.close();
});

test('a trial and the Pareto front say what the time went to', async () => {
  const textOf = async (path: string): Promise<string> => {
    const text = (await (await fetch(server.url + path)).text()).replaceAll(/<[^>]+>/g, ' ');
    return text.replaceAll(/\s+/g, ' ');
  };
  const trial = await textOf('/sweeps/whole/trials/21');
  expect(trial).toMatch(/tokens\/ms [\d.]+ measured alone joint steps 0 peak memory, MiB 901 /);
  expect(trial).toContain(
    'forward, % of the time 20.0 backward, % of the time 50.0 evaluation, % of the time 10.0 waiting, % of the time 20.0',
  );
  expect(await textOf('/sweeps/running/trials/52')).toContain('time in the trainer – forward, % of the time – ');
  expect(await textOf('/sweeps/whole/speed')).toMatch(/tokens\/ms forward, % .* 20\.0 50\.0 10\.0 20\.0 /);
});

test.each([
  ['/sweeps/whole/trials?from=9999999', 'whole/83</a>'],
  ['/sweeps/whole/comparison?from=500', '>lpt</th>'],
  ['/sweeps/whole/trials/21?from=5000', '&#60;script&#62;alert('],
])('%s shows the last page there is', async (path, row) => {
  const text = await (await fetch(server.url + path)).text();
  expect(text).toContain(row);
  expect(text).not.toContain('class="empty"');
});

test('the last page begins where one of full pages does', () => {
  const size = 100;
  expect(lastStart(100, { size, total: 101 })).toBe(100);
  expect(lastStart(200, { size, total: 200 })).toBe(100);
  expect(lastStart(500, { size, total: 230 })).toBe(200);
  expect(lastStart(100, { size, total: 0 })).toBe(0);
});

function fileName(path: string): string {
  return path === '/' ? 'sweeps' : path.replace('/sweeps/', '').replaceAll(/[^a-z0-9]+/g, '-');
}

/** Pixels by which the page is wider than its window: tables and charts move inside their own boxes. */
function sidewaysOverflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** axe-core's serious and critical findings. The page's own policy would not let it in by a script tag. */
async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
  });
}
