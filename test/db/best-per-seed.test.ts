import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginAttempt } from '../../db/begin-attempt.ts';
import { listBestPerSeed, listBestPerSeedMeans } from '../../db/best-per-seed.ts';
import { listConfigurations } from '../../db/configurations.ts';
import { createSweep } from '../../db/sweeps.ts';
import { finishTrial, listWaiting } from '../../db/trials.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { outcomeOf, smallSweep } from '../support/trials.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

interface Score {
  dev: number;
  test: number;
  parameters?: number;
}

/** Of each data seed (13, then 21), in running order: zero-shot, prompt tuning, LPT at layer 3, LPT at layer 6. */
async function finished(name: string, scores: Score[]): Promise<string> {
  const { sweep } = await createSweep(own.database, smallSweep(name));
  const ids = await listWaiting(own.database, { sweepId: sweep.id, limit: scores.length });
  for (const [index, trialId] of ids.entries()) {
    await beginAttempt(own.database, { trialId, worker: 'host-1', device: 'cpu', workflowRunId: 'run-1' });
    const { dev, test: scored, parameters = 1000 } = scores[index]!;
    const outcome = { ...outcomeOf(dev, scored), trainableParameters: parameters };
    await finishTrial(own.database, { trialId, attempt: 1, outcome });
  }
  return sweep.id;
}

const CHANGING: Score[] = [
  { dev: 0.5, test: 0.5 },
  { dev: 0.6, test: 0.55 },
  { dev: 0.7, test: 0.6 },
  { dev: 0.8, test: 0.75 },
  { dev: 0.52, test: 0.48 },
  { dev: 0.61, test: 0.57 },
  { dev: 0.9, test: 0.65 },
  { dev: 0.85, test: 0.95 },
];

describe('the best on dev per seed', () => {
  test('is another configuration on each seed, and its test score is taken along, however others did on test', async () => {
    const chosen = await listBestPerSeed(own.database, await finished('changing', CHANGING));
    const lpt = chosen.filter(({ method }) => method === 'lpt');
    expect(
      lpt.map(({ dataSeed, insertionLayer, devScore, testScore, candidates }) => ({
        dataSeed,
        insertionLayer,
        devScore,
        testScore,
        candidates,
      })),
    ).toEqual([
      { dataSeed: 13, insertionLayer: 6, devScore: 0.8, testScore: 0.75, candidates: 2 },
      { dataSeed: 21, insertionLayer: 3, devScore: 0.9, testScore: 0.65, candidates: 2 },
    ]);
    expect(chosen).toHaveLength(6);
  });

  test('averages to what hand arithmetic says', async () => {
    const means = await listBestPerSeedMeans(own.database, await finished('hand', CHANGING));
    expect(means.map(({ method, n, configurations }) => [method, n, configurations])).toEqual([
      ['lpt', 2, 2],
      ['prompt-tuning', 2, 1],
      ['zero-shot', 2, 1],
    ]);
    // dev (0.8 + 0.9) / 2, deviations ∓0.05: sd √(2 · 0.05²) = 0.0707106…; test (0.75 + 0.65) / 2, the same deviations.
    expect(means[0]!.devMean).toBeCloseTo(0.85, 12);
    expect(means[0]!.devSd).toBeCloseTo(0.0707106781186548, 12);
    expect(means[0]!.testMean).toBeCloseTo(0.7, 12);
    expect(means[0]!.testSd).toBeCloseTo(0.0707106781186548, 12);
    expect(means[0]).toMatchObject({ leastCandidates: 2, mostCandidates: 2 });
  });

  test('is not the mean of one configuration fixed over the seeds', async () => {
    const sweepId = await finished('both', CHANGING);
    const [fixed] = await listConfigurations(own.database, sweepId);
    const [perSeed] = await listBestPerSeedMeans(own.database, sweepId);
    // Layer 6 fixed: (0.8 + 0.85) / 2 on dev, (0.75 + 0.95) / 2 on test. Layer 3: (0.7 + 0.9) / 2 on dev.
    expect(fixed).toMatchObject({ insertionLayer: 6, n: 2 });
    expect(fixed!.devMean).toBeCloseTo(0.825, 12);
    expect(fixed!.testMean).toBeCloseTo(0.85, 12);
    expect(perSeed!.testMean).toBeCloseTo(0.7, 12);
  });

  test('of equals on dev is the one that trains less', async () => {
    const equal = { dev: 0.8, test: 0.9 };
    const scores = [
      CHANGING[0]!,
      CHANGING[1]!,
      { ...equal, parameters: 900 },
      { ...equal, test: 0.7, parameters: 800 },
    ];
    const chosen = await listBestPerSeed(own.database, await finished('lighter', scores));
    expect(chosen.find(({ method }) => method === 'lpt')).toMatchObject({ insertionLayer: 6, testScore: 0.7 });
  });

  test('of equals in size as well is the one whose trial key is the smaller', async () => {
    const equal = { dev: 0.8, test: 0.9 };
    const sweepId = await finished('tie', [CHANGING[0]!, CHANGING[1]!, equal, equal]);
    const keys = smallSweep('tie').trials.flatMap(({ trial, trialKey }) =>
      trial.method.method === 'lpt' && trial.dataSeed === 13 ? [trialKey] : [],
    );
    const chosen = await listBestPerSeed(own.database, sweepId);
    expect(chosen.find(({ method }) => method === 'lpt')?.trialKey).toBe(keys.sort()[0]);
  });

  test('over one seed has no standard deviation, and unfinished trials are no candidates', async () => {
    const sweepId = await finished('one', CHANGING.slice(0, 7));
    const [lpt] = await listBestPerSeedMeans(own.database, sweepId);
    expect(lpt).toMatchObject({ method: 'lpt', n: 2, leastCandidates: 1, mostCandidates: 2 });
    const [single] = await listBestPerSeedMeans(own.database, await finished('single', CHANGING.slice(0, 4)));
    expect(single).toMatchObject({ n: 1, devSd: null, testSd: null });
  });
});
