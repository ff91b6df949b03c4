import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { asc, eq, sql, type SQL } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createDatabase, readClock, type Database } from '../../db/client.ts';
import { attempts, metrics, sweeps, trials } from '../../db/schema.ts';
import { childEnvironment, readEnvironment } from '../../runtime/environment.mjs';
import { openServices, type Services } from '../../runtime/services.ts';
import { tinyReviews, writeTinyBackbone } from '../support/tiny-backbone.ts';
import { createHost, type Host } from './hosts.ts';
import { endAll, ON_ITS_OWN, SOON } from './installed.ts';

/** Long enough to be met in the middle, also on a machine that is busy. */
const sweepFile = (name: string, steps: number): string => `name: ${name}
backbone: ../models/tiny
tasks: [{ task: mr, data: ../reviews }]
regime: { fewShot: 32, devSize: 40 }
dataSeeds: [13]
training: { steps: ${steps}, batchSize: 8, evaluateEvery: 250, learningRate: 0.01 }
methods:
  - { method: lpt, insertionLayer: 2, promptLength: 3, generator: npg, bottleneck: 8 }
`;

const later = (hours: number, more = ''): Record<string, string> => ({
  NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'wrong-clock.mjs')).href}?hours=${hours}${more}`,
});
const jumping = later(5, '&jumpsEveryMs=400');

describe('a sweep whose parts come late, or do not know what time it is', () => {
  let home: string;
  let services: Services;
  let database: Database;
  let host: Host;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'lpt-sweep-late-'));
    // Under root Postgres runs as another user, who must be able to reach its data.
    await chmod(home, 0o755);
    services = await openOwn();
    database = createDatabase(services.databaseUrl);
    host = await createHost(join(home, 'host'), services);
    await mkdir(join(host.folder, 'reviews'));
    await writeFile(join(host.folder, 'reviews/train.tsv'), tinyReviews(120));
    await writeFile(join(host.folder, 'reviews/test.tsv'), tinyReviews(40));
    await writeTinyBackbone(join(host.folder, 'models/tiny'));
  });
  afterEach(endAll);
  afterAll(async () => {
    host.remove();
    await database.close();
    await services.close();
    await rm(home, { recursive: true, force: true });
  });

  function openOwn(): Promise<Services> {
    const environment = readEnvironment(childEnvironment({ ...ON_ITS_OWN, LPT_SWEEP_STATE: join(home, 'state') }));
    return openServices({ environment, say: () => undefined });
  }

  async function launch(name: string, settings: Record<string, string> = {}, steps = 1500): Promise<string> {
    await writeFile(join(host.folder, 'work', `${name}.yaml`), sweepFile(name, steps));
    const { code, said } = await host.run(['launch', `${name}.yaml`], settings).ended;
    expect(code, said.join('\n')).toBe(0);
    const row = database.select({ id: trials.id }).from(trials).innerJoin(sweeps, eq(sweeps.id, trials.sweepId));
    return (await row.where(eq(sweeps.name, name)))[0]?.id ?? '';
  }

  const stateOf = async (trialId: string): Promise<string | undefined> =>
    (await database.select({ state: trials.state }).from(trials).where(eq(trials.id, trialId)))[0]?.state;
  const sweepStateOf = async (name: string): Promise<string | undefined> =>
    (await database.select({ state: sweeps.state }).from(sweeps).where(eq(sweeps.name, name)))[0]?.state;
  const attemptsOf = (trialId: string) =>
    database.select().from(attempts).where(eq(attempts.trialId, trialId)).orderBy(asc(attempts.attempt));
  const hasBegun = async (trialId: string): Promise<boolean> =>
    (await database.select({ step: metrics.step }).from(metrics).where(eq(metrics.trialId, trialId)).limit(1)).length >
    0;
  const numbersOf = async (trialId: string): Promise<unknown[]> => {
    const scores = sql`select split, step, score, loss, predictions from evaluations where trial_id = ${trialId} order by split, step`;
    const curves = sql`select name, step, value from metrics where trial_id = ${trialId} order by name, step`;
    return [(await database.execute(scores)).rows, (await database.execute(curves)).rows];
  };

  /** Ends by SIGTERM, as a service manager does it. */
  async function stop(worker: ReturnType<Host['run']>): Promise<void> {
    worker.kill('SIGTERM');
    expect((await worker.ended).code).toBe(0);
  }

  /**
   * Between two writes, for one that is held up within a write loses its connection, and then its attempt ends with
   * nothing to write: so its trainer is held up first, and goes on alone when the worker has heard the answer to all it wrote.
   */
  async function holdUp(worker: ReturnType<Host['run']>): Promise<void> {
    const [, trainer] = /Trainer (\d+) is started/.exec(worker.said.join('\n')) ?? [];
    process.kill(Number(trainer), 'SIGSTOP');
    await vi.waitUntil(() => isCalm(sql`interval '1 second'`), SOON);
    await vi.waitUntil(async () => {
      worker.kill('SIGSTOP');
      if (await isCalm(sql`interval '0'`)) return true;
      worker.kill('SIGCONT');
      return false;
    }, SOON);
    process.kill(Number(trainer), 'SIGCONT');
  }

  /** Nobody writes, and nobody has for so long. */
  async function isCalm(since: SQL): Promise<boolean> {
    const writing = sql`select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
      and backend_type = 'client backend' and (state <> 'idle' or state_change > clock_timestamp() - ${since})`;
    return (await database.execute(writing)).rows.length === 0;
  }

  test('an orphan that wakes up after another has finished its trial cannot write, and nothing is counted twice', async () => {
    const trial = await launch('orphan');
    const orphan = host.run(['worker']);
    await vi.waitUntil(() => hasBegun(trial), SOON);
    await holdUp(orphan);
    expect(await stateOf(trial), 'what is held up').toBe('running');
    const other = host.run(['worker']);
    await vi.waitUntil(async () => (await stateOf(trial)) === 'complete', SOON);
    const numbers = await numbersOf(trial);
    orphan.kill('SIGCONT');
    await vi.waitUntil(async () => ((await attemptsOf(trial))[0]?.refusedWrites ?? 0) > 0, SOON);
    await vi.waitUntil(() => orphan.said.some((line) => line.includes('"write-refused"')), SOON);
    await stop(orphan);
    const rows = await attemptsOf(trial);
    expect(rows.map(({ attempt, state, errorKind }) => [attempt, state, errorKind])).toEqual([
      [1, 'superseded', 'worker-lost'],
      [2, 'complete', null],
    ]);
    expect(new Set(rows.map(({ worker }) => worker)).size).toBe(2);
    expect(rows[1]?.refusedWrites).toBe(0);
    expect(await numbersOf(trial)).toEqual(numbers);

    const calm = await launch('calm');
    await vi.waitUntil(async () => (await stateOf(calm)) === 'complete', SOON);
    await stop(other);
    expect(await numbersOf(trial)).toEqual(await numbersOf(calm));
  });

  test('clocks that are wrong by hours change neither order, nor durations, nor who may write', async () => {
    const before = await readClock(database);
    const trial = await launch('wrong-clocks', later(-7));
    const ahead = host.run(['worker'], later(7));
    await vi.waitUntil(() => hasBegun(trial), SOON);
    await stop(ahead);
    const behind = host.run(['worker'], later(-7));
    await vi.waitUntil(async () => (await attemptsOf(trial)).length === 2, SOON);
    const told = await host.run(['status', 'wrong-clocks'], later(9)).ended;
    expect(told.said.join('\n')).not.toContain('No worker is running');
    await vi.waitUntil(async () => (await sweepStateOf('wrong-clocks')) === 'complete', SOON);
    await stop(behind);
    const after = await readClock(database);
    const rows = await attemptsOf(trial);
    expect(rows.map(({ state, refusedWrites }) => [state, refusedWrites])).toEqual([
      ['superseded', 0],
      ['complete', 0],
    ]);
    const times = rows.flatMap(({ startedAt, finishedAt }) => [startedAt.getTime(), finishedAt?.getTime() ?? 0]);
    expect([before, ...times, after]).toEqual([before, ...times, after].toSorted((one, other) => one - other));
    const [row] = await database.select().from(trials).where(eq(trials.id, trial));
    expect(row?.startedAt?.getTime()).toBe(times[0]);
    expect(row?.finishedAt?.getTime()).toBeLessThanOrEqual(after);
    // A step of an hour or more would be a clock's, not a trainer's.
    expect(row?.msPerStep).toBeLessThan(60_000);
    expect(row?.msPerStep).toBeGreaterThan(0);
  });

  test('a clock that jumps by hours to and fro, of client and worker, changes neither numbers nor times', async () => {
    const steady = await launch('steady', {}, 300);
    const right = host.run(['worker']);
    await vi.waitUntil(async () => (await stateOf(steady)) === 'complete', SOON);
    await stop(right);
    const worker = host.run(['worker'], jumping);
    const before = await readClock(database);
    const trial = await launch('jumping', jumping, 300);
    await vi.waitUntil(async () => (await sweepStateOf('jumping')) === 'complete', SOON);
    const after = await readClock(database);
    await stop(worker);
    const rows = await attemptsOf(trial);
    expect(rows.map(({ state, refusedWrites }) => [state, refusedWrites])).toEqual([['complete', 0]]);
    const times = rows.flatMap(({ startedAt, finishedAt }) => [startedAt.getTime(), finishedAt?.getTime() ?? 0]);
    expect([before, ...times, after]).toEqual([before, ...times, after].toSorted((one, other) => one - other));
    const [row] = await database.select().from(trials).where(eq(trials.id, trial));
    expect(row?.msPerStep).toBeLessThan(60_000);
    expect(row?.msPerStep).toBeGreaterThan(0);
    expect(await numbersOf(trial)).toEqual(await numbersOf(steady));
  });

  test('a worker that starts after Temporal has lost its data puts everything back, and the trial goes on', async () => {
    const trial = await launch('forgotten');
    const lost = host.run(['worker']);
    await vi.waitUntil(() => hasBegun(trial), SOON);
    lost.kill('SIGKILL');
    await lost.ended;
    await loseTemporal();
    // A sweep that is younger than a minute is left to whoever launches it.
    await database.execute(sql`update sweeps set created_at = now() - interval '1 hour'`);
    const dry = await host.run(['reconcile', '--dry-run', '--format', 'csv']).ended;
    expect(dry.out.trim().split('\n')).toEqual([
      'what,sweep,trial,remedy',
      'trial without a workflow,forgotten,0,waiting',
      'sweep without a workflow,forgotten,,started',
    ]);
    const worker = host.run(['worker']);
    await vi.waitUntil(async () => (await sweepStateOf('forgotten')) === 'complete', SOON);
    expect(worker.said.join('\n')).toContain(
      'Trial forgotten/0 was running with no workflow behind it: it waits again, and goes on from its checkpoint.',
    );
    expect(worker.said.join('\n')).toContain(
      'Sweep forgotten was not over, and Temporal had no workflow of it: it is started again.',
    );
    const agreed = await host.run(['reconcile']).ended;
    expect(agreed).toMatchObject({ code: 0, out: 'Postgres and Temporal agree: there is nothing to put right.\n' });
    await stop(worker);
    expect((await attemptsOf(trial)).map(({ state }) => state)).toEqual(['superseded', 'complete']);
  });

  test('a database of a later version is refused by a worker and by a command, with a sentence', async () => {
    await database.execute(
      sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 99999999999999)`,
    );
    for (const words of [['worker'], ['status', 'calm'], ['reconcile']]) {
      const { code, said, out } = await host.run(words).ended;
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(said.at(-1)).toMatch(
        /^Expected the database at \S+ to be of this version of lpt-sweep or an older one, found 1 migration that this version does not know\. Use the version of lpt-sweep that wrote it\.$/,
      );
    }
    await database.execute(sql`delete from drizzle.__drizzle_migrations where hash = 'later'`);
  });

  /** It comes back empty, at the address where it was. */
  async function loseTemporal(): Promise<void> {
    await database.close();
    await services.close();
    const folder = join(home, 'state', 'temporal');
    for (const name of await readdir(folder)) if (name.startsWith('temporal.db')) await rm(join(folder, name));
    services = await openOwn();
    database = createDatabase(services.databaseUrl);
  }
});
