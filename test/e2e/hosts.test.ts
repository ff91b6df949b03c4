import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createDatabase, type Database } from '../../db/client.ts';
import { attempts, checkpoints, metrics, sweeps, trials } from '../../db/schema.ts';
import { childEnvironment, readEnvironment } from '../../runtime/environment.mjs';
import { openServices, type Services } from '../../runtime/services.ts';
import { tinyReviews, writeTinyBackbone } from '../support/tiny-backbone.ts';
import { createHost, type Host } from './hosts.ts';
import { endAll, ON_ITS_OWN, SOON } from './installed.ts';

/** Long enough to be met in the middle, also on a machine that is busy. */
const STEPS = 3000;
const sweepFile = (name: string): string => `name: ${name}
backbone: ../models/tiny
tasks: [{ task: mr, data: ../reviews }]
regime: { fewShot: 32, devSize: 40 }
dataSeeds: [13]
training: { steps: ${STEPS}, batchSize: 8, evaluateEvery: 500, learningRate: 0.01 }
methods:
  - { method: lpt, insertionLayer: 2, promptLength: 3, generator: npg, bottleneck: 8 }
`;

describe('a sweep on several hosts, each with folders and a network of its own', () => {
  let home: string;
  let services: Services;
  let database: Database;
  let launching: Host;
  let first: Host;
  let second: Host;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'lpt-sweep-hosts-'));
    // Under root Postgres runs as another user, who must be able to reach its data.
    await chmod(home, 0o755);
    const environment = readEnvironment(childEnvironment({ ...ON_ITS_OWN, LPT_SWEEP_STATE: join(home, 'state') }));
    services = await openServices({ environment, say: () => undefined });
    database = createDatabase(services.databaseUrl);
    [launching, first, second] = [await host('launching'), await host('first'), await host('second')];
    await mkdir(join(launching.folder, 'reviews'));
    await writeFile(join(launching.folder, 'reviews/train.tsv'), tinyReviews(120));
    await writeFile(join(launching.folder, 'reviews/test.tsv'), tinyReviews(40));
    for (const { folder } of [launching, first, second]) await writeTinyBackbone(join(folder, 'models/tiny'));
  });
  afterEach(endAll);
  afterAll(async () => {
    for (const one of [launching, first, second]) one.remove();
    await database.close();
    await services.close();
    await rm(home, { recursive: true, force: true });
  });

  const host = (name: string): Promise<Host> => createHost(join(home, name), services);

  const work = (on: Host, settings: Record<string, string> = {}) =>
    on.run(['worker'], { LPT_SWEEP_BACKBONES: join(on.folder, 'models'), ...settings });

  /** Launched where its files are, which are then out of everybody's reach. */
  async function launch(name: string): Promise<string> {
    await writeFile(join(launching.folder, 'work', `${name}.yaml`), sweepFile(name));
    const { code, said } = await launching.run(['launch', `${name}.yaml`]).ended;
    expect(code, said.join('\n')).toBe(0);
    const [row] = await database
      .select({ id: trials.id })
      .from(trials)
      .innerJoin(sweeps, eq(sweeps.id, trials.sweepId))
      .where(eq(sweeps.name, name));
    return row?.id ?? '';
  }

  async function withoutTheLaunchingHost<T>(action: () => Promise<T>): Promise<T> {
    await rename(launching.folder, `${launching.folder}-off`);
    return action().finally(() => rename(`${launching.folder}-off`, launching.folder));
  }

  const stateOf = async (trialId: string): Promise<string | undefined> => {
    const [row] = await database.select({ state: trials.state }).from(trials).where(eq(trials.id, trialId));
    return row?.state;
  };

  const countComplete = async (trialIds: string[]): Promise<number> => {
    const states = await Promise.all(trialIds.map(stateOf));
    return states.filter((state) => state === 'complete').length;
  };

  const numbersOf = async (trialId: string): Promise<unknown[]> => {
    const scores = await database.execute(
      sql`select split, step, score, loss, predictions from evaluations where trial_id = ${trialId} order by split, step`,
    );
    const curves = await database.execute(
      sql`select name, step, value from metrics where trial_id = ${trialId} order by name, step`,
    );
    return [scores.rows, curves.rows];
  };

  const stepOf = async (trialId: string): Promise<number> => {
    const [row] = await database
      .select({ step: sql<number | null>`max(${metrics.step})` })
      .from(metrics)
      .where(eq(metrics.trialId, trialId));
    return row?.step ?? 0;
  };

  test('goes on where a worker that was told to stop left it, on another host, to the very numbers of an undisturbed run', async () => {
    const twins = [await launch('twin'), await launch('other-twin')];
    let [calm = '', moved = ''] = twins;
    await withoutTheLaunchingHost(async () => {
      const stopped = work(first);
      await vi.waitUntil(async () => (await countComplete(twins)) === 1, SOON);
      // Either may have had the first turn.
      if ((await stateOf(calm)) !== 'complete') [calm, moved] = [moved, calm];
      await vi.waitUntil(async () => (await stepOf(moved)) > 0, SOON);
      stopped.kill('SIGTERM');
      const { code, said } = await stopped.ended;
      expect(code, said.join('\n')).toBe(0);
      expect(said.join('\n')).toMatch(
        /Told to stop: a trial saves its checkpoint and goes back to the queue, within 20 s\.[^]*Stopped: nothing is lost\./,
      );
      expect(await stateOf(moved)).toBe('waiting');
      const [left] = await database.select().from(checkpoints).where(eq(checkpoints.trialId, moved));
      expect(left?.step).toBeGreaterThanOrEqual(await stepOf(moved));
      expect(left?.step).toBeLessThan(STEPS);

      const other = work(second);
      await vi.waitUntil(async () => (await stateOf(moved)) === 'complete', SOON);
      other.kill('SIGTERM');
      expect((await other.ended).code).toBe(0);
      const rows = await database.select().from(attempts).where(eq(attempts.trialId, moved)).orderBy(attempts.attempt);
      expect(rows.map(({ attempt, resumedFromStep }) => [attempt, resumedFromStep])).toEqual([
        [1, null],
        [2, left?.step],
      ]);
      expect(new Set(rows.map(({ worker }) => worker)).size).toBe(2);
    });
    expect(await numbersOf(moved)).toEqual(await numbersOf(calm));
  });

  test('loses nothing when its worker is told to stop before the first step', async () => {
    const trial = await launch('early');
    const early = work(first);
    await vi.waitUntil(async () => (await stateOf(trial)) === 'running', SOON);
    early.kill('SIGTERM');
    expect((await early.ended).code).toBe(0);
    expect(await stateOf(trial)).toBe('waiting');
    await cancel('early');
  });

  test('is given up by a worker whose trainer hangs, at the end of its grace', async () => {
    const trial = await launch('hanging');
    const hanging = work(first, { LPT_SWEEP_GRACE: '10' });
    await vi.waitUntil(async () => (await stepOf(trial)) > 0, SOON);
    const trainer = trainerOf(hanging.pid);
    process.kill(trainer, 'SIGSTOP');
    hanging.kill('SIGTERM');
    const { code, said } = await hanging.ended;
    expect(code).toBe(0);
    expect(said.join('\n')).toContain('Some trial did not come to its next step in time');
    expect(await stateOf(trial)).toBe('waiting');
    expect(() => process.kill(trainer, 0)).toThrow('ESRCH');
    await cancel('hanging');
  });

  test('is left at once by a worker that is told a second time', async () => {
    const trial = await launch('hasty');
    const hasty = work(first, { LPT_SWEEP_GRACE: '600' });
    await vi.waitUntil(async () => (await stepOf(trial)) > 0, SOON);
    const trainer = trainerOf(hasty.pid);
    process.kill(trainer, 'SIGSTOP');
    hasty.kill('SIGTERM');
    // One keystroke may come twice: only what comes later is a second word.
    const again = setInterval(() => hasty.kill('SIGTERM'), 200);
    onTestFinished(() => clearInterval(again));
    expect((await hasty.ended).code).toBe(1);
    process.kill(trainer, 'SIGKILL');
    await cancel('hasty');
  });

  test('with data that nobody has any more says so as a data error', async () => {
    const trial = await launch('lost-data');
    await database.execute(sql`delete from data_parts`);
    await rm(join(first.folder, 'cache/datasets'), { recursive: true });
    await withoutTheLaunchingHost(async () => {
      const worker = work(first);
      await vi.waitUntil(async () => (await stateOf(trial)) === 'failed', SOON);
      worker.kill('SIGTERM');
      await worker.ended;
    });
    const [row] = await database.select().from(trials).where(eq(trials.id, trial));
    expect(row?.errorKind).toBe('data');
    expect(row?.errorMessage).toContain('Copy the files as they were at launch to the same path on this machine');
  });

  async function cancel(name: string): Promise<void> {
    expect((await launching.run(['cancel', name]).ended).code).toBe(0);
  }
});

/** The only child of a worker that trains. */
function trainerOf(worker: number): number {
  return Number(readFileSync(`/proc/${worker}/task/${worker}/children`, 'utf8').trim().split(' ').at(-1));
}
