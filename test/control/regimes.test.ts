// One sweep with two sizes of training data: what is said of one is never said of the other.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { printEffects } from '../../cli/commands/effects.ts';
import { printMethods } from '../../cli/methods.ts';
import { ProgressPrinter } from '../../cli/progress.ts';
import { statusRecord } from '../../cli/status.ts';
import { compareMethods } from '../../control/compare-methods.ts';
import { compare } from '../../control/compare.ts';
import { statusOf } from '../../control/status.ts';
import { effects } from '../../control/effects.ts';
import { beginAttempt } from '../../db/begin-attempt.ts';
import { createSweep } from '../../db/sweeps.ts';
import { finishTrial, listWaiting } from '../../db/trials.ts';
import { methodTables } from '../../page/views/methods.ts';
import type { PageServer } from '../../page/server.ts';
import { parseSweep } from '../../sweep/parse.ts';
import { endInOrder } from '../support/endings.ts';
import { startQuietPage } from '../support/page.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { findTrial, outcomeOf, planOf } from '../support/trials.ts';

const SOURCE = `
name: sizes
tasks: [mr]
regime: { fewShot: [32, 128], devSize: 100 }
dataSeeds: [13, 21]
training: { steps: 40, batchSize: 8, evaluateEvery: 20 }
methods:
  - zero-shot
  - { method: lpt, insertionLayer: [3, 6], promptLength: 5, generator: npg }
`;

/** By k and layer, on dev; test is 0.1 less. Layer 3 is best of 32, layer 6 of 128. */
const SCORES: Record<string, number> = {
  ...{ '32 zero-shot': 0.5, '32 lpt 3': 0.7, '32 lpt 6': 0.65 },
  ...{ '128 zero-shot': 0.5, '128 lpt 3': 0.8, '128 lpt 6': 0.9 },
};

let own: TestDatabase;
let server: PageServer;
const errors: unknown[] = [];

beforeAll(async () => {
  own = await createTestDatabase();
  const { database } = own;
  const { trials } = planOf(SOURCE);
  const { sweep } = await createSweep(database, { name: 'sizes', source: SOURCE, spec: parseSweep(SOURCE), trials });
  for (const trialId of await listWaiting(database, { sweepId: sweep.id, limit: 100 })) {
    await beginAttempt(database, { trialId, worker: 'host-1', device: 'cpu', workflowRunId: 'run-1' });
    const { k, method, insertionLayer } = await findTrial(database, trialId);
    const score = SCORES[[k, method, ...(method === 'lpt' ? [insertionLayer] : [])].join(' ')]!;
    await finishTrial(database, { trialId, attempt: 1, outcome: outcomeOf(score, score - 0.1) });
  }
  server = await startQuietPage(database, errors);
});
afterAll(async () => {
  await server.close();
  await own.drop();
});

describe('of several sizes of training data', () => {
  test('each has its own finding, with its own best configuration and zero-shot', async () => {
    const { findings } = await compare(own, 'sizes');
    expect(findings).toEqual([
      expect.stringMatching(/^On mr \(32\) .* after layer 3, .*: test 60\.0 .* \+20\.0 on seed 13, \+20\.0 on seed 21/),
      expect.stringMatching(
        /^On mr \(128\) .* after layer 6, .*: test 80\.0 .* \+40\.0 on seed 13, \+40\.0 on seed 21/,
      ),
    ]);
  });

  test('each has its own best so far, in `status` and `watch`', async () => {
    const status = await statusOf(own, 'sizes');
    const record = statusRecord(status);
    expect(record).toMatchObject({ bestTask: 'mr', bestRegime: 'few-shot', bestK: 32, bestInsertionLayer: 3 });
    expect(record['best']).toMatch(
      /^mr \(32\): .* layer 3, .*: dev 70\.0 \(2 seeds\); mr \(128\): .* layer 6, .*: dev 90\.0/,
    );
    const said: string[] = [];
    const terminal = {
      say: (text: string) => said.push(text),
      draw: () => undefined,
      isTerminal: false,
      columns: () => 80,
    };
    new ProgressPrinter(terminal).show(status);
    expect(said[0]).toMatch(/best so far on mr \(32\): .* dev 70\.0 .*; best so far on mr \(128\): .* dev 90\.0/);
  });

  test('each is named beside its differences, on the terminal and on the page', async () => {
    const compared = await compareMethods(own, 'sizes');
    const rows = printMethods('table', compared).matchAll(/│ zero-shot − lpt │ (\S+ \S+) +│ +2 │ +(\S+) │/g);
    expect([...rows].map(([, ...cells]) => cells)).toEqual([
      ['mr (32)', '−20.0'],
      ['mr (128)', '−40.0'],
    ]);
    const { text } = methodTables(compared);
    const differences = text.slice(text.lastIndexOf('Differences in percentage points'));
    expect(differences).toContain('mr (32)');
    expect(differences).toContain('mr (128)');
  });

  test('each is told of in a row of effects for programs, with its metric', async () => {
    const [head = '', ...rows] = printEffects('csv', await effects(own, 'sizes'))
      .trimEnd()
      .split('\n');
    expect(head).toMatch(/^method,task,metric,regime,k,setting,value,/);
    expect(rows.map((row) => row.split(',').slice(2, 7).join(' '))).toEqual([
      'accuracy few-shot 32 insertionLayer 3',
      'accuracy few-shot 32 insertionLayer 6',
      'accuracy few-shot 128 insertionLayer 3',
      'accuracy few-shot 128 insertionLayer 6',
    ]);
  });

  test('each trial of the page has its size, also where all that are shown have the same', async () => {
    const source = SOURCE.replace('name: sizes', 'name: begun');
    const { trials } = planOf(source);
    const { sweep } = await createSweep(own.database, { name: 'begun', source, spec: parseSweep(source), trials });
    await endInOrder(own.database, { sweepId: sweep.id, endings: [0.7] });
    const sizesOn = async (path: string): Promise<(string | undefined)[]> => {
      const text = (await (await fetch(`${server.url}/sweeps/${path}`)).text()).replaceAll(/\s+/g, ' ');
      expect(text).toMatch(/<th[^>]*>task<\/th> ?<th[^>]*>examples<\/th>/);
      return [...text.matchAll(/<td class="">mr<\/td> ?<td class="number">([^<]*)<\/td>/g)].map(([, size]) => size);
    };
    const sizes = await sizesOn('sizes/trials');
    expect(['32', '128'].map((size) => sizes.filter((one) => one === size).length)).toEqual([6, 6]);
    expect(await sizesOn('begun/trials?state=complete')).toEqual(['32']);
    expect(errors).toEqual([]);
  });

  test('each has its own best so far on the page', async () => {
    const text = await (await fetch(`${server.url}/sweeps/sizes`)).text();
    expect(text).toContain('best on dev so far, mr (32)');
    expect(text).toContain('best on dev so far, mr (128)');
    expect(errors).toEqual([]);
  });
});
