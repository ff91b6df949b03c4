// A sweep that has a task with two metrics, as `add` of a file with another one leaves it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compare } from '../../control/compare.ts';
import { importOwnBaselines } from '../../db/baselines.ts';
import { createSweep } from '../../db/sweeps.ts';
import { drawFigures } from '../../page/drawings.ts';
import type { PageServer } from '../../page/server.ts';
import type { MetricName } from '../../sweep/task.ts';
import { endInOrder } from '../support/endings.ts';
import { startQuietPage } from '../support/page.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { FACTS, planOf, smallSweep, twoMetrics } from '../support/trials.ts';

const FIGURE = `paper,table,backbone,task,regime,k,method,metric,score,sd,parameters,source
a paper,1,roberta-large,mr,few-shot,100,lpt,matthews,61,,,a paper's first table`;

let own: TestDatabase;
let server: PageServer;
let sweepId: string;
const errors: unknown[] = [];

beforeAll(async () => {
  own = await createTestDatabase();
  const sweep = twoMetrics('two-metrics');
  ({
    sweep: { id: sweepId },
  } = await createSweep(own.database, sweep));
  await endInOrder(own.database, { sweepId, endings: sweep.trials.map(() => 0.7) });
  await importOwnBaselines(own.database, FIGURE, 'own.csv');
  server = await startQuietPage(own.database, errors);
});
afterAll(async () => {
  await server.close();
  await own.drop();
});

async function optionsOf(task: string, sweep = 'two-metrics'): Promise<string[]> {
  const text = await (await fetch(`${server.url}/sweeps/${sweep}/layers?task=${encodeURIComponent(task)}`)).text();
  expect(errors).toEqual([]);
  return [...text.matchAll(/<option value="((?:mr|trec)[^"]*" ?(?:selected)?)/g)].map(([, option]) => option!);
}

test('each metric of a task can be chosen, and one is', async () => {
  expect(await optionsOf('')).toEqual(['mr, few-shot 32, accuracy" selected', 'mr, few-shot 32, f1"']);
  expect(await optionsOf('mr, few-shot 32, f1')).toEqual([
    'mr, few-shot 32, accuracy"',
    'mr, few-shot 32, f1" selected',
  ]);
});

test('an address from before a task had a second metric still shows that task', async () => {
  const sweep = smallSweep('two-tasks');
  const trec = { ...FACTS.tasks['mr']!, name: 'trec' };
  const ofTrec = (metric: MetricName) =>
    planOf(sweep.source.replace('[mr]', '[trec]'), { ...FACTS, tasks: { trec: { ...trec, metric } } }).trials;
  await createSweep(own.database, { ...sweep, trials: [...sweep.trials, ...ofTrec('accuracy'), ...ofTrec('f1')] });
  expect(await optionsOf('trec, few-shot 32', 'two-tasks')).toEqual([
    'mr, few-shot 32"',
    'trec, few-shot 32, accuracy" selected',
    'trec, few-shot 32, f1"',
  ]);
});

test('task and score that were chosen go with the reader to the next view, the place in a table does not', async () => {
  const chosen = '?task=mr%2C+few-shot+32%2C+f1&score=test';
  const text = await (await fetch(`${server.url}/sweeps/two-metrics/layers${chosen}&generator=npg&from=100`)).text();
  const tabs = text.slice(text.indexOf('<nav class="tabs"'), text.indexOf('</nav>'));
  const links = [...tabs.matchAll(/href="([^"]*)"/g)].map(([, link]) => link!.replaceAll('&#38;', '&'));
  const views = ['', '/layers', '/curves', '/settings', '/speed', '/seeds', '/comparison', '/trials'];
  expect(links).toEqual(views.map((view) => `/sweeps/two-metrics${view}${chosen}`));
});

test('figures say of which metric they are', async () => {
  const drawings = await drawFigures(own.database, { sweepId, score: 'dev' });
  const seeds = drawings.filter(({ name }) => name.startsWith('seeds'));
  expect(seeds.map(({ name }) => name)).toEqual(['seeds-mr-few-shot-32-accuracy', 'seeds-mr-few-shot-32-f1']);
  expect(seeds[1]?.svg).toContain('Scores of every seed, mr, few-shot 32, f1</title>');
});

test('each finding says of which metric it is', async () => {
  const { findings } = await compare({ database: own.database }, 'two-metrics');
  expect(findings.map((finding) => /^On (.*) the best/.exec(finding)?.[1])).toEqual([
    'mr (32, accuracy)',
    'mr (32, f1)',
  ]);
});

test('published figures have their metric, and their regime with its k', async () => {
  const text = await (await fetch(`${server.url}/sweeps/two-metrics/layers`)).text();
  const published = text.slice(text.indexOf('id="published"')).replaceAll(/\s+/g, ' ');
  expect(published).toMatch(/<th[^>]*>metric<\/th>/);
  expect(published).toMatch(/<td[^>]*>few-shot 100<\/td><td[^>]*>matthews<\/td>/);
});

test('each trial of the table has its metric', async () => {
  const text = await (await fetch(`${server.url}/sweeps/two-metrics/trials`)).text();
  expect(errors).toEqual([]);
  expect(text).toMatch(/<th[^>]*>metric<\/th>/);
  expect(text.match(/<td[^>]*>(accuracy|f1)<\/td>/g)).toHaveLength(16);
});
