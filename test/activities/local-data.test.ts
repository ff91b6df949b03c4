import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDataFinder } from '../../activities/local-data.ts';
import { storeData, LARGEST_STORED_MIB } from '../../control/stored-data.ts';
import { fingerprintData } from '../../data/dataset.ts';
import type { TaskSettings } from '../../sweep/task.ts';
import type { Trial } from '../../sweep/trial.ts';
import { temporaryFolder } from '../support/data-files.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { tinyTrials } from '../support/tiny-trial.ts';

describe("a trial's data on a worker", () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterAll(() => db.drop());

  interface Scene {
    trial: Trial;
    task: TaskSettings;
    /** The worker's own. */
    folder: string;
    find: (task?: TaskSettings) => Promise<TaskSettings['data']['files']>;
  }

  async function scene(resolved?: TaskSettings['data']['files'] | Error): Promise<Scene> {
    const { trial } = (await tinyTrials())();
    const { task } = trial;
    // Every test its own data set: another's must not be found.
    await writeFile(task.data.files.train, `sentence\tlabel\n${task.data.files.train}\t0\n`);
    task.data.fingerprint = await fingerprintData(task.data.files, task.data.columns);
    const folder = join(await temporaryFolder(), 'launched');
    const resolveDataset = () =>
      resolved && !(resolved instanceof Error)
        ? Promise.resolve(resolved)
        : Promise.reject(resolved ?? new Error('not needed'));
    const finder = createDataFinder({ database: db.database, folder, resolveDataset });
    return { trial, task, folder, find: (asked = task) => finder(asked, () => undefined) };
  }

  /** As on a machine that has other folders. */
  const moveAway = ({ data }: TaskSettings): Promise<void> => rename(data.files.train, `${data.files.train}.moved`);

  test('is read where it was launched from as long as it is the same', async () => {
    const { task, find } = await scene();
    expect(await find()).toEqual(task.data.files);
  });

  test('is taken from Postgres on a machine that lacks it, with the very same bytes, and kept', async () => {
    const { trial, task, folder, find } = await scene();
    expect(await storeData({ database: db.database }, [{ trial }])).toEqual([]);
    await moveAway(task);
    const files = await find();
    const { fingerprint, columns } = task.data;
    expect(files).toEqual({
      train: join(folder, fingerprint, 'train.tsv'),
      test: join(folder, fingerprint, 'test.tsv'),
    });
    expect(await fingerprintData(files, columns)).toBe(fingerprint);
    await db.database.execute(sql`update data_parts set bytes = '' where fingerprint = ${fingerprint}`);
    expect(await find()).toEqual(files);
  });

  test('is the one of the launch when the files at its path have changed since, or its kept copy has', async () => {
    const { trial, task, folder, find } = await scene();
    await storeData({ database: db.database }, [{ trial }]);
    await writeFile(task.data.files.train, 'sentence\tlabel\nanother\t1\n');
    const kept = join(folder, task.data.fingerprint);
    await mkdir(kept, { recursive: true });
    await writeFile(join(kept, 'train.tsv'), 'half a fi');
    const files = await find();
    expect(await fingerprintData(files, task.data.columns)).toBe(task.data.fingerprint);
  });

  test('may be larger than one piece, and is stored once however often it is launched', async () => {
    const { trial, task, find } = await scene();
    await writeFile(task.data.files.train, `sentence\tlabel\n${'a film\t0\n'.repeat(1_200_000)}`); // 9.6 MB
    task.data.fingerprint = await fingerprintData(task.data.files, task.data.columns);
    await Promise.all([1, 2].map(() => storeData({ database: db.database }, [{ trial }, { trial }])));
    const stored = await db.database.execute(
      sql`select split, part from data_parts where fingerprint = ${task.data.fingerprint} order by split, part`,
    );
    expect(stored.rows).toEqual([
      { split: 'test', part: 0 },
      { split: 'train', part: 0 },
      { split: 'train', part: 1 },
    ]);
    await moveAway(task);
    expect(await fingerprintData(await find(), task.data.columns)).toBe(task.data.fingerprint);
  });

  test('two workers on one machine can fetch at the same moment', async () => {
    const { trial, task, find } = await scene();
    await storeData({ database: db.database }, [{ trial }]);
    await moveAway(task);
    const [one, other] = await Promise.all([find(), find()]);
    expect(one).toEqual(other);
    expect(await fingerprintData(one, task.data.columns)).toBe(task.data.fingerprint);
  });

  test('is found by its name where that is known anywhere', async () => {
    const elsewhere = (await tinyTrials())().trial.task.data.files;
    const { task, find } = await scene(elsewhere);
    await rm(task.data.files.train);
    const { columns } = task.data;
    const data = { ...task.data, reference: 'movie-reviews', fingerprint: await fingerprintData(elsewhere, columns) };
    expect(await find({ ...task, data })).toEqual(elsewhere);
  });

  test('that is nowhere is a data error that says where it was looked for and what to do', async () => {
    const { task, find } = await scene();
    await moveAway(task);
    await expect(find()).rejects.toMatchObject({
      type: 'data',
      message: expect.stringMatching(
        /data of task reviews with the fingerprint [0-9a-f]{12} in `.*train\.tsv` or Postgres, .* Copy the files/,
      ) as string,
    });
  });

  test.for([
    ['away', 'hub-away'],
    ['broken', 'unknown'],
    ['refused', 'data'],
  ] as const)("of a hub whose fault is '%s' fails as %s", async ([fault, type]) => {
    const error = Object.assign(new Error('could not be downloaded'), { name: 'HubError', fault });
    const { task, find } = await scene(error);
    await moveAway(task);
    const asked = { ...task, data: { ...task.data, reference: 'hub:someone/reviews' } };
    await expect(find(asked)).rejects.toMatchObject({ type });
  });

  test('that is too large is not stored, and whoever launches is told', async () => {
    const { trial, task } = await scene();
    const row = `a film\t0\n`.repeat(2 ** 18); // 9 × 2^18 bytes
    await writeFile(task.data.files.train, row.repeat(Math.ceil((LARGEST_STORED_MIB * 2 ** 20) / row.length)));
    expect(await storeData({ database: db.database }, [{ trial }])).toEqual(['reviews']);
  });
});
