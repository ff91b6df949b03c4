// How long the page takes over many trials: the server's answer, what goes over the wire, and the first useful paint in Chromium.
import { loadavg } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { Database } from '../db/client.ts';
import { startPage } from '../page/server.ts';
import { openBrowser } from '../test/support/browser.ts';
import { withDatabase } from './measuring/servers.ts';
import { summarise, type Summary } from './measuring/summary.ts';
import { storeTrials } from './orchestration/stored-trials.ts';
import { readPageOptions, type PageOptions } from './page/options.ts';
import { writeReviews } from './page/reviews.ts';

interface ViewTimes {
  trials: number;
  view: string;
  /** From the request to the first paint with content, milliseconds. */
  firstPaint: Summary;
  /** Until the answer is whole. */
  answered: Summary;
  /** Compressed, with style sheet and script. */
  bytes: number;
}

/** Looked at: nothing may be cut, overlapping or empty. */
const OUTPUT = join(import.meta.dirname, '../test-output/page');
const VIEWS = ['/', '', '/layers', '/curves', '/settings', '/speed', '/seeds', '/comparison', '/trials', '/trials/3'];

const options = readPageOptions(process.argv.slice(2));
if (options !== null) {
  const [loadBefore] = loadavg();
  const times: ViewTimes[] = [];
  for (const trials of options.stored) times.push(...(await measure(trials, options)));
  process.stdout.write(options.json ? `${JSON.stringify({ loadBefore, times })}\n` : times.map(lineOf).join(''));
}

function measure(trials: number, { metricsPerTrial, runs }: PageOptions): Promise<ViewTimes[]> {
  return withDatabase(async ({ database, folder }) => {
    const { name } = await storeTrials(database, {
      ...{ trials, metricsPerTrial, data: await writeReviews(folder) },
      say: (text) => process.stderr.write(`${text}\n`),
    });
    const times = await timeViews(database, { sweep: name, runs });
    return times.map((view) => ({ trials, ...view }));
  });
}

interface Viewing {
  sweep: string;
  runs: number;
}

async function timeViews(database: Database, { sweep, runs }: Viewing): Promise<Omit<ViewTimes, 'trials'>[]> {
  const place = { temporal: null, host: '127.0.0.1', port: 0, token: null };
  const orders = { giveOrder: () => Promise.resolve(), onError: (error: unknown) => console.error(error) };
  const [server, browser] = [await startPage({ database, ...place, ...orders }), await openBrowser()];
  const rows: Omit<ViewTimes, 'trials'>[] = [];
  for (const path of VIEWS) {
    const view = path === '/' ? path : `/sweeps/${sweep}${path}`;
    rows.push({ view, ...(await timeView(browser, server.url + view, runs)) });
  }
  await browser.close();
  await server.close();
  return rows;
}

/** The first look fills Postgres's caches, as in a reader's second. */
async function timeView(browser: Browser, url: string, runs: number): Promise<Omit<ViewTimes, 'trials' | 'view'>> {
  const looks: Look[] = [];
  for (let run = 0; run <= runs; run += 1) looks.push(await look(browser, url));
  const counted = looks.slice(1);
  return {
    firstPaint: summarise(counted.map(({ firstPaint }) => firstPaint)),
    answered: summarise(counted.map(({ answered }) => answered)),
    bytes: Math.max(...counted.map(({ bytes }) => bytes)),
  };
}

interface Look {
  firstPaint: number;
  answered: number;
  bytes: number;
}

async function look(browser: Browser, url: string): Promise<Look> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
  const seen = await page.evaluate(() => {
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    const files = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    const bytes = [...(navigation ? [navigation] : []), ...files].reduce((sum, entry) => sum + entry.transferSize, 0);
    const firstPaint = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN;
    return { firstPaint, answered: navigation?.responseEnd ?? Number.NaN, bytes };
  });
  await page.screenshot({
    path: join(OUTPUT, `huge${new URL(url).pathname.replaceAll('/', '-')}.png`),
    fullPage: true,
  });
  await page.close();
  return seen;
}

function lineOf({ trials, view, firstPaint, answered, bytes }: ViewTimes): string {
  const kib = (bytes / 1024).toFixed(0);
  return `${trials} trials, ${view}: first paint ${firstPaint.median.toFixed(0)} ms, answered ${answered.median.toFixed(0)} ms, ${kib} KiB\n`;
}
