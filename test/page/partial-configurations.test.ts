import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compare } from '../../control/compare.ts';
import { beginAttempt } from '../../db/begin-attempt.ts';
import { countConfigurations, listPoints } from '../../db/charts/configurations.ts';
import { listFacets, type Facet } from '../../db/charts/facets.ts';
import { listCells, listLayers, listMethods } from '../../db/charts/layers.ts';
import { trials } from '../../db/schema.ts';
import { createSweep } from '../../db/sweeps.ts';
import { failTrial, finishTrial, listWaiting } from '../../db/trials.ts';
import { drawFigures } from '../../page/drawings.ts';
import { seedsFigure } from '../../page/figures/seeds.ts';
import type { PageServer } from '../../page/server.ts';
import { parseSweep } from '../../sweep/parse.ts';
import { TRIAL_STATES } from '../../sweep/states.ts';
import { startQuietPage } from '../support/page.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { findTrial, outcomeOf, planOf } from '../support/trials.ts';

const SOURCE = `
name: thrifty
tasks: [mr]
regime: { fewShot: 32, devSize: 100 }
dataSeeds: [13, 21]
training: { steps: 40, batchSize: 8, evaluateEvery: 20 }
methods:
  - zero-shot
  - { method: prompt-tuning, promptLength: [5, 20] }
  - { method: lora, rank: 4 }
  - { method: lpt, insertionLayer: 3, promptLength: 5, generator: npg }
  - { method: lpt, insertionLayer: 6, promptLength: 5, generator: [none, npg] }
  - { method: lpt, insertionLayer: 6, promptLength: 10, generator: npg }
`;

/** On dev. Those that are best were stopped on data seed 21, or diverged there, and have no score. */
const WHOLE: Record<string, number> = {
  'zero-shot': 0.5,
  'prompt-tuning 5': 0.7,
  'lpt 6 5 none': 0.8,
  'lpt 6 10 npg': 0.75,
};
const STOPPED: Record<string, number> = {
  'prompt-tuning 20': 0.9,
  'lpt 3 5 npg': 0.97,
};
const DIVERGED: Record<string, number> = { lora: 0.99, 'lpt 6 5 npg': 0.95 };

let own: TestDatabase;
let facet: Facet;
let sweepId: string;
let server: PageServer;
const errors: unknown[] = [];

beforeAll(async () => {
  own = await createTestDatabase();
  const { trials: planned } = planOf(SOURCE);
  const { sweep } = await createSweep(own.database, {
    name: 'thrifty',
    source: SOURCE,
    spec: parseSweep(SOURCE),
    trials: planned,
  });
  sweepId = sweep.id;
  for (const trialId of await listWaiting(own.database, { sweepId, limit: 100 })) await train(trialId);
  [facet] = (await listFacets(own.database, sweepId)) as [Facet];
  server = await startQuietPage(own.database, errors);
});
afterAll(async () => {
  await server.close();
  await own.drop();
});

async function train(trialId: string): Promise<void> {
  const { method, insertionLayer, promptLength, generator, dataSeed } = await findTrial(own.database, trialId);
  const name = (method === 'lpt' ? [method, insertionLayer, promptLength, generator] : [method, promptLength])
    .filter((part) => part !== null)
    .join(' ');
  await beginAttempt(own.database, { trialId, worker: 'host-1', device: 'cpu', workflowRunId: 'run-1' });
  const score = WHOLE[name] ?? STOPPED[name] ?? DIVERGED[name];
  if (score === undefined) throw new Error(`Expected a score for ${name}.`);
  if (name in STOPPED && dataSeed === 21)
    await own.database
      .update(trials)
      .set({ state: 'stopped-early', stopReason: REASON, finishedAt: new Date() })
      .where(eq(trials.id, trialId));
  else if (name in DIVERGED && dataSeed === 21)
    await failTrial(own.database, { trialId, attempt: 1, error: { kind: 'diverged', message: 'The loss is NaN.' } });
  else await finishTrial(own.database, { trialId, attempt: 1, outcome: outcomeOf(score, score - 0.1) });
}

const REASON = {
  rule: 'median' as const,
  ...{ step: 20, score: 0.5, threshold: 0.6, comparedWith: [0] },
  words: 'its best dev score at step 20 was under the median',
};

const NOTE =
  'Configurations with a trial that was stopped early or diverged are left out where there are others of which no trial was stopped early or diverged';

describe('a configuration with a trial that was stopped early or diverged', () => {
  test('stands for no layer, no length and no method of which another is whole', async () => {
    const cells = await listCells(own.database, facet, null);
    expect(
      cells.map((row) => [
        row.insertionLayer,
        row.promptLength,
        row.generator,
        row.devMean,
        row.n,
        row.isWhole,
        row.configurations,
      ]),
    ).toEqual([
      [3, 5, 'npg', 0.97, 1, false, 1],
      [6, 5, 'none', 0.8, 2, true, 1],
      [6, 10, 'npg', 0.75, 2, true, 1],
    ]);
    const layers = await listLayers(own.database, facet);
    expect(layers.map((row) => [row.generator, row.insertionLayer, row.promptLength, row.isWhole])).toEqual([
      ['none', 6, 5, true],
      ['npg', 3, 5, false],
      ['npg', 6, 10, true],
    ]);
    const methods = await listMethods(own.database, facet);
    expect(methods.map(({ method, devMean, n }) => [method, devMean, n])).toEqual([
      ['lora', 0.99, 1],
      ['prompt-tuning', 0.7, 2],
      ['zero-shot', 0.5, 2],
    ]);
  });

  test('has no rank beside those of its method, and is on no front', async () => {
    const points = await listPoints(own.database, facet, { limit: 100 });
    expect(points.map(({ method, devMean, rank, isWhole }) => [method, devMean, rank, isWhole])).toEqual([
      ['lora', 0.99, 1, false],
      ['lpt', 0.8, 1, true],
      ['lpt', 0.75, 2, true],
      ['prompt-tuning', 0.7, 1, true],
      ['zero-shot', 0.5, 1, true],
    ]);
    expect(await countConfigurations(own.database, facet)).toBe(5);
    const timed = await listPoints(own.database, facet, { limit: 100, timed: true });
    expect(timed.every(({ isWhole }) => isWhole)).toBe(true);
    expect(timed.filter(({ isOnFront }) => isOnFront).map(({ devMean }) => devMean)).toEqual([0.8]);
    const { strips } = await seedsFigure({ database: own.database, facet, score: 'dev' });
    expect(strips.map(({ name }) => name)).toEqual([
      '1. lora',
      '2. lpt, layer 6, length 5',
      '3. lpt, layer 6, length 10, npg',
      '4. prompt-tuning, length 5',
      '5. zero-shot',
    ]);
  });

  test.each(['layers', 'settings', 'speed', 'seeds', 'comparison'])('is told of on the page `%s`', async (tab) => {
    const text = await (await fetch(`${server.url}/sweeps/thrifty/${tab}`)).text();
    expect(text).toContain(NOTE);
    expect(errors).toEqual([]);
  });

  test('is counted among the trials, and its page says why it was stopped', async () => {
    const textOf = async (path: string): Promise<string> => (await fetch(server.url + path)).text();
    const progress = await textOf('/sweeps/thrifty');
    expect(progress).toMatch(/<rect class="fill-stopped-early" x="\d+" y="0" width="2"/);
    expect(progress).toContain('2 stopped-early');
    const [stopped] = await own.database.select().from(trials).where(eq(trials.state, 'stopped-early'));
    const page = await textOf(`/sweeps/thrifty/trials/${stopped!.position}`);
    expect(page.replaceAll(/\s+/g, ' ')).toContain(`<dt>stopped early</dt> <dd>${REASON.words}</dd>`);
    expect(page.replaceAll(/\s+/g, ' ')).toContain('<dt>test, %</dt> <dd>–</dd>');
    expect(await textOf('/sweeps/thrifty/trials?state=stopped-early')).not.toMatch(/<td class="number"><\/td>/);
    const css = await textOf('/style.css');
    for (const state of TRIAL_STATES)
      for (const part of ['state', 'fill']) expect(css).toContain(`.${part}-${state} {`);
  });

  test('is told of in the words of each figure of means', async () => {
    const drawings = await drawFigures(own.database, { sweepId, score: 'dev' });
    const told = drawings.map(({ name, svg }) => [
      name.replace('-mr-few-shot-32', ''),
      svg.split(NOTE)[1]?.split('.')[0],
    ]);
    expect(told).toEqual([
      ['heat-map', '; 1 mean shown has none beside it and is too good, over the seeds that are left'],
      ['score-by-layer', '; 2 means shown have none beside them and are too good, over the seeds that are left'],
      ['speed-and-score', ''],
      ['seeds', '; 1 mean shown has none beside it and is too good, over the seeds that are left'],
    ]);
  });

  test('does not hide what the best whole one is worth against zero-shot', async () => {
    const { findings } = await compare({ database: own.database }, 'thrifty');
    // 0.7 − 0.4 on test.
    expect(findings[0]).toContain('after layer 6, without a generator');
    expect(findings[0]).toContain('+30.0 on seed 13, +30.0 on seed 21');
  });
});
