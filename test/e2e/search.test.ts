import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createDatabase, type Database } from '../../db/client.ts';
import type { TrialResult } from '../../db/results.ts';
import { migrate } from '../../db/migrate.ts';
import { evaluations } from '../../db/schema.ts';
import { childEnvironment, readEnvironment } from '../../runtime/environment.mjs';
import { openServices, type Services } from '../../runtime/services.ts';
import { tinyReviews, writeTinyBackbone } from '../support/tiny-backbone.ts';
import { endAll, installedIn, ON_ITS_OWN, SOON, workersOf, type Running } from './installed.ts';

/** Rates from one that learns nothing to one that is usual. */
const FILE = `name: thrifty
backbone: ./backbone
tasks: [{ task: mr, data: ./reviews }]
regime: { fewShot: 32, devSize: 40 }
dataSeeds: [13, 21]
training: { steps: 40, batchSize: 8, evaluateEvery: 10, learningRate: { from: 1.0e-6, to: 3.0e-2, scale: log, count: 6 } }
window: 2
methods:
  - { method: lpt, insertionLayer: [1, 2], promptLength: 3, generator: npg, bottleneck: 8 }
search: { kind: tpe, configurations: 6, startup: 4, round: 2 }
stopping: { rule: median, leastTrials: 2 }
`;

describe('a sweep that searches and stops early, through the real command line', () => {
  let folder: string;
  let services: Services;
  let database: Database;
  let sweep: (...words: string[]) => Running;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lpt-sweep-search-'));
    // Under root Postgres runs as another user, who must be able to reach its data.
    await chmod(folder, 0o755);
    await writeTinyBackbone(join(folder, 'backbone'));
    await mkdir(join(folder, 'reviews'));
    await writeFile(join(folder, 'reviews/train.tsv'), tinyReviews(120));
    await writeFile(join(folder, 'reviews/test.tsv'), tinyReviews(40));
    await writeFile(join(folder, 'thrifty.yaml'), FILE);
    const stateFolder = join(folder, 'state');
    const environment = readEnvironment(childEnvironment({ ...ON_ITS_OWN, LPT_SWEEP_STATE: stateFolder }));
    services = await openServices({ environment, say: () => undefined });
    database = createDatabase(services.databaseUrl);
    await migrate(database);
    sweep = installedIn(stateFolder, folder);
  });

  afterEach(endAll);
  afterAll(async () => {
    await database.close();
    await services.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('loses and doubles nothing when its worker is killed, and says what it stopped and why', async () => {
    const running = sweep('launch', 'thrifty.yaml', '--watch');
    await vi.waitUntil(
      async () => (await database.select({ step: evaluations.step }).from(evaluations)).length > 10,
      SOON,
    );
    const worker = await vi.waitUntil(() => workersOf(running)[0], SOON);
    process.kill(worker, 'SIGKILL');
    const { code, said } = await running.ended;
    expect(said.join('\n')).toContain('The search begins with 4 of 12 configurations, and proposes 2 more');
    expect(workersOf(running)).toHaveLength(2);
    expect(code).toBe(0);

    const rows = JSON.parse((await sweep('results', 'thrifty', '--format', 'json').ended).out) as TrialResult[];
    expect(rows).toHaveLength(12);
    expect(new Set(rows.map(({ trialKey }) => trialKey)).size).toBe(12);
    const stopped = rows.filter(({ state }) => state === 'stopped-early');
    expect(stopped.length).toBeGreaterThan(0);
    expect(rows.filter(({ state }) => state === 'complete')).toHaveLength(12 - stopped.length);
    for (const row of stopped) {
      expect(row.stoppedAtStep).toBeGreaterThanOrEqual(20);
      expect(row.stopReason).toMatch(/^Its best dev score by step \d+ was .* the median of \d+ trials/);
      expect([row.devScore, row.testScore]).toEqual([null, null]);
    }
  });

  test('goes on with what it stopped where that is asked for, and says what its rule would have cost', async () => {
    const again = await sweep('resume', 'thrifty', '--stopped', '--watch').ended;
    expect(again.code).toBe(0);
    const { out: status } = await sweep('status', 'thrifty', '--format', 'json').ended;
    expect(JSON.parse(status)).toMatchObject([{ state: 'complete', complete: 12, 'stopped-early': 0 }]);
    const replayed = JSON.parse((await sweep('replay', 'thrifty', '--format', 'json').ended).out) as object[];
    expect(replayed).toMatchObject([{ rule: 'median', trials: 12 }, { rule: 'asha' }, { rule: 'paired', stopped: 0 }]);
  });
});
