// Configurations that only their rank or the like tells apart, in names and charts.
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listFacets, type Facet } from '../../db/charts/facets.ts';
import { listSettings } from '../../db/configurations.ts';
import { seedStrip } from '../../page/charts/seed-strip.ts';
import { seedsFigure } from '../../page/figures/seeds.ts';
import { shownSettings } from '../../page/own-settings.ts';
import type { PageServer } from '../../page/server.ts';
import { endInOrder, partialSweep } from '../support/endings.ts';
import { startQuietPage } from '../support/page.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { findTrial } from '../support/trials.ts';

const RANKS = `
  - { method: lora, rank: [4, 8] }
  - { method: lpt, insertionLayer: 6, promptLength: 5, generator: [none, npg], training: { learningRate: 1.0e-3 } }
  - zero-shot`;

let own: TestDatabase;
let server: PageServer;
let facet: Facet;
const errors: unknown[] = [];

beforeAll(async () => {
  own = await createTestDatabase();
  const { sweepId, ids } = await partialSweep(own.database, { name: 'ranks', methods: RANKS });
  const trials = await Promise.all(ids.map((id) => findTrial(own.database, id)));
  const endings = trials.map(({ method }) => (method === 'lora' ? 0.8 : 0.7));
  await endInOrder(own.database, { sweepId, endings });
  [facet] = (await listFacets(own.database, sweepId)) as [Facet];
  server = await startQuietPage(own.database, errors);
});
afterAll(async () => {
  await server.close();
  await own.drop();
});

function lettersOf(svg: string): string[] {
  return [...parseHTML(svg).document.querySelectorAll('text')].map(({ textContent }) => textContent);
}

async function pageOf(path: string): Promise<string> {
  const text = await (await fetch(`${server.url}/sweeps/ranks${path}`)).text();
  expect(errors).toEqual([]);
  return text.replaceAll(/\s+/g, ' ');
}

test('strips of one method say what tells them apart, and nothing that all of the method have', async () => {
  const { draw, words } = await seedsFigure({ database: own.database, facet, score: 'dev' });
  const names = lettersOf(draw!(640, words)).filter((text) => /^\d\. /.test(text));
  expect(names.map((name) => name.replace(/^\d\. /, '')).sort()).toEqual([
    'lora, rank 4',
    'lora, rank 8',
    'lpt, layer 6, length 5',
    'lpt, layer 6, length 5, npg',
    'zero-shot',
  ]);
});

test('the best on dev so far is named whole', async () => {
  expect(await pageOf('')).toMatch(/lora, rank [48]: dev 80\.0/);
});

test('a setting that differs has an axis, and one that does not has none', async () => {
  const letters = lettersOf(/<svg.*?<\/svg>/.exec(await pageOf('/settings'))?.[0] ?? '');
  expect(letters).toContain('rank');
  expect(letters).not.toContain('steps');
  expect(letters).not.toContain('alpha');
});

test('a setting in which one method varies has the value of others that have it, too', async () => {
  const methods = `
  - { method: lora, rank: 4, training: { weightDecay: 0.1 } }
  - { method: lpt, insertionLayer: 6, promptLength: 5, generator: npg, training: { weightDecay: [0, 0.1] } }
  - zero-shot`;
  const { sweepId } = await partialSweep(own.database, { name: 'decays', methods });
  const rows = await listSettings(own.database, sweepId);
  const configurationKeys = rows.map(({ configurationKey }) => configurationKey);
  const shown = await shownSettings(own.database, { sweepId, configurationKeys, inAxes: ['learningRate'] });
  const told = rows.map(({ method, configurationKey }) => [
    method.method,
    ...shown.get(configurationKey)!.map(({ name, value }) => `${name} ${value}`),
  ]);
  expect(told.map((words) => words.join(' ')).sort()).toEqual([
    'lora weightDecay 0.1',
    'lpt weightDecay 0',
    'lpt weightDecay 0.1',
    'zero-shot',
  ]);
});

test('a method that trains nothing has no learning rate among the trials, and others have theirs', async () => {
  const { document } = parseHTML(await pageOf('/trials'));
  const cells = [...document.querySelectorAll('#trials tr')].map((row) =>
    [...row.querySelectorAll('th, td')].map(({ textContent }) => textContent.trim()),
  );
  const column = cells[0]!.indexOf('learning rate');
  const rates = new Map(cells.map((row) => [row[cells[0]!.indexOf('configuration')], row[column]]));
  expect(rates.get('zero-shot')).toBe('–');
  expect(rates.get('lpt, layer 6, length 5')).toBe('0.001');
});

test('a name that is longer than its room goes on in a second line', () => {
  const name = '1. lpt, layer 6, length 5, npg, bottleneck 64, learningRate 0.0005';
  const svg = seedStrip([{ name, method: 'lpt', scores: [0.7] }], { title: 'A', description: 'B.' }, 350);
  const lines = [...parseHTML(svg).document.querySelectorAll('tspan')].map(({ textContent }) => textContent);
  // 350 × 0.6 − 16 pixels of 7 a letter.
  expect(lines).toEqual(['1. lpt, layer 6, length 5,', 'npg, bottleneck 64,', 'learningRate 0.0005']);
});
