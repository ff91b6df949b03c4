import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq, isNotNull } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createDatabase, type Database } from '../../db/client.ts';
import type { TrialResult } from '../../db/results.ts';
import { attempts } from '../../db/schema.ts';
import { configurationMeans, trialResults } from '../../db/views.ts';
import { childEnvironment, readEnvironment } from '../../runtime/environment.mjs';
import { programVersion } from '../../runtime/program.ts';
import { openServices, type Services } from '../../runtime/services.ts';
import { tinyReviews, writeTinyBackbone } from '../support/tiny-backbone.ts';
import { MEASURED_ANEW } from '../support/trials.ts';
import { hasCheckpoint } from './checkpointed.ts';
import { endAll, installedIn, ON_ITS_OWN, SOON, workersOf, type Running } from './installed.ts';

const KEYS =
  'trial trialKey task metric regime k method insertionLayer insertionLayers promptLength generator dataSeed trainSeed state stoppedAtStep stopReason devScore testScore testAccuracy testF1 mismatchedScore shortenedTrain shortenedDev shortenedTest shortenedMismatched steps trainableParameters msPerStep measuredJointly tokensPerMs cacheHitRate peakMemoryMiB forwardShare backwardShare evaluationShare waitingShare attempts configurationKey settings';

const sweepFile = (name: string): string => `name: ${name}
backbone: ./backbone
tasks: [{ task: mr, data: ./reviews }]
regime: { fewShot: 32, devSize: 40 }
dataSeeds: [13, 21]
training: { steps: 320, batchSize: 8, evaluateEvery: 80, learningRate: 0.01 }
window: 2
methods:
  - zero-shot
  - { method: lpt, insertionLayer: [1, 2], promptLength: 3, generator: npg, bottleneck: 8 }
`;

describe('a sweep through the real command line, on embedded servers', () => {
  let folder: string;
  let services: Services;
  let database: Database;
  let sweep: (...words: string[]) => Running;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lpt-sweep-e2e-'));
    // Under root Postgres runs as another user, who must be able to reach its data.
    await chmod(folder, 0o755);
    await writeTinyBackbone(join(folder, 'backbone'));
    await mkdir(join(folder, 'reviews'));
    await writeFile(join(folder, 'reviews/train.tsv'), tinyReviews(120));
    await writeFile(join(folder, 'reviews/test.tsv'), tinyReviews(40));
    for (const name of ['calm', 'storm']) await writeFile(join(folder, `${name}.yaml`), sweepFile(name));
    const stateFolder = join(folder, 'state');
    // Held open for the whole test, so that the database can be looked into.
    const environment = readEnvironment(childEnvironment({ ...ON_ITS_OWN, LPT_SWEEP_STATE: stateFolder }));
    services = await openServices({ environment, say: () => undefined });
    database = createDatabase(services.databaseUrl);
    sweep = installedIn(stateFolder, folder);
  });

  afterEach(endAll);
  afterAll(async () => {
    await database.close();
    await services.close();
    await rm(folder, { recursive: true, force: true });
  });

  const resultsOf = async (name: string): Promise<TrialResult[]> => {
    const { code, out } = await sweep('results', name, '--format', 'json').ended;
    expect(code).toBe(0);
    return JSON.parse(out) as TrialResult[];
  };

  test('ends complete, with a comparison and a finding', async () => {
    const { code, out, said } = await sweep('launch', 'calm.yaml', '--watch').ended;
    expect(said.join('\n')).toContain('6 of 6 trials done');
    expect(code).toBe(0);
    expect(out).toContain('Sweep calm: complete (6 of 6 trials done');
    expect(out).toMatch(
      /On mr \(\d+\) the best LPT configuration on dev is .* Against zero-shot that is .* on seed 13, .* on seed 21/,
    );
    expect(out).toContain("Ask more (in lpt-sweep's folder, with `npx` in front):\n  lpt-sweep results calm");
  });

  test('whose worker is killed in the middle ends with the numbers of an undisturbed one', async () => {
    const running = sweep('launch', 'storm.yaml', '--watch');
    await vi.waitUntil(() => hasCheckpoint(database, 'storm'), SOON);
    const worker = await vi.waitUntil(() => workersOf(running)[0], SOON);
    process.kill(worker, 'SIGKILL');
    const { code, said } = await running.ended;
    expect(said.join('\n')).toMatch(/The worker ended \(SIGKILL\): it is started again/);
    expect(workersOf(running)).toHaveLength(2);
    expect(code).toBe(0);
    const resumed = await database.select().from(attempts).where(isNotNull(attempts.resumedFromStep));
    expect(resumed.length).toBeGreaterThan(0);
    const numbers = (results: TrialResult[]): object[] => results.map((row) => ({ ...row, ...MEASURED_ANEW }));
    expect(numbers(await resultsOf('storm'))).toEqual(numbers(await resultsOf('calm')));
  });

  test('shows in its results what the views say', async () => {
    const results = await resultsOf('calm');
    expect(results.map((row) => Object.keys(row).join(' '))).toEqual(Array<string>(6).fill(KEYS));
    const viewed = await database.select().from(trialResults).where(eq(trialResults.sweep, 'calm'));
    const scores = (rows: { trialKey: string; devScore: number | null; testScore: number | null }[]): string[] =>
      rows.map(({ trialKey, devScore, testScore }) => `${trialKey} ${devScore} ${testScore}`).sort();
    expect(scores(results)).toEqual(scores(viewed));
    for (const row of viewed) {
      const shares = [row.forwardShare, row.backwardShare, row.evaluationShare, row.waitingShare];
      expect(shares.reduce<number>((sum, share) => sum + share!, 0)).toBeCloseTo(1, 12);
      expect(row.trialSeconds).toBeLessThan((row.finishedAt!.getTime() - row.startedAt!.getTime()) / 1000);
    }
    const means = await database.select().from(configurationMeans).where(eq(configurationMeans.sweep, 'calm'));
    for (const mean of means) {
      const own = viewed.filter(({ configurationKey }) => configurationKey === mean.configurationKey);
      expect(mean.n).toBe(own.length);
      expect(mean.testMean).toBeCloseTo(own.reduce((sum, row) => sum + (row.testScore ?? 0), 0) / own.length, 12);
    }
  });

  test('says of each trial what its numbers come from', async () => {
    const { code, out } = await sweep('show', 'calm/2', '--format', 'json').ended;
    expect(code).toBe(0);
    const { provenance, evaluations } = JSON.parse(out) as Shown;
    expect(provenance).toMatchObject({
      program: { version: programVersion(), node: process.versions.node },
      trainer: { backend: 'tensorflow', device: 'cpu', threads: 1, hardware: cpus()[0]?.model.trim() },
      fingerprints: { backbone: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    });
    expect(evaluations.map(({ split }) => split)).toEqual(['dev', 'dev', 'dev', 'dev', 'test']);
  });

  test('has trials that can be repeated: the numbers are the same to the last bit', async () => {
    const before = await resultsOf('calm');
    const { code, out, said } = await sweep('rerun', 'calm/2').ended;
    expect(said.join('\n')).toContain('Trial calm/2 is repeated as sweep calm-rerun-1.');
    expect(out).toMatch(/^Trial calm\/2, repeated as calm-rerun-1\/0: all [\d,]+ numbers are the same to the last bit/);
    expect(out).toContain('Both come from the same program, packages and hardware.');
    expect(code).toBe(0);
    expect(await resultsOf('calm')).toEqual(before);
  });

  test('hands on what was trained, which labels the test texts as the trial did, without any server', async () => {
    const { code } = await sweep('export', 'calm/2', '--out', 'model').ended;
    expect(code).toBe(0);
    const labelled = await sweep('predict', '--model', 'model', '--input', 'reviews/test.tsv', '--json').ended;
    expect(labelled.said).toEqual([]);
    const { evaluations } = JSON.parse((await sweep('show', 'calm/2', '--format', 'json').ended).out) as Shown;
    const stored = evaluations.find(({ split }) => split === 'test')?.predictions;
    const found = (JSON.parse(labelled.out) as { label: string }[]).map(({ label }) => Number(label));
    expect(found).toEqual(stored);
    const elsewhere = installedIn(join(folder, 'no-state'), folder, 'the film was fine\nthe plot was very dull\n');
    const lines = await elsewhere('predict', '--model', 'model', '--format', 'jsonl').ended;
    expect(lines.code).toBe(0);
    const texts = lines.out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { sentence: string }).sentence);
    expect(texts).toEqual(['the film was fine', 'the plot was very dull']);
    expect(existsSync(join(folder, 'no-state'))).toBe(false);
  });

  test('is not run again when it is launched again', async () => {
    const before = await resultsOf('calm');
    const { code, out, said } = await sweep('launch', 'calm.yaml').ended;
    expect(said.join('\n')).toContain('is complete: here are its results');
    expect(out).toContain('Sweep calm: complete');
    expect(code).toBe(0);
    expect(await resultsOf('calm')).toEqual(before);
  });
});

interface Shown {
  provenance: object;
  evaluations: { split: string; predictions: number[] | null }[];
}
