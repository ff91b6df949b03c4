import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eq, sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { beginAttempt } from '../../db/begin-attempt.ts';
import { attempts } from '../../db/schema.ts';
import { findSweep } from '../../db/sweeps.ts';
import { finishTrial, listWaiting } from '../../db/trials.ts';
import { temporaryFolder } from '../support/data-files.ts';
import { tinyReviews, writeTinyBackbone } from '../support/tiny-backbone.ts';
import { outcomeOf } from '../support/trials.ts';
import { useStage } from './stage.ts';
import { run as runIn } from './terminal.ts';

describe('planning before spending', () => {
  const stage = useStage();
  const { run } = stage;

  /** Two data seeds of zero-shot and of LPT at two layers, on a backbone that is there. */
  async function sweepFiles(...names: string[]): Promise<string[]> {
    const folder = await temporaryFolder();
    await writeTinyBackbone(join(folder, 'backbone'));
    await mkdir(join(folder, 'reviews'));
    await writeFile(join(folder, 'reviews/train.tsv'), tinyReviews(120));
    await writeFile(join(folder, 'reviews/test.tsv'), tinyReviews(40));
    const files = names.map((name) => join(folder, `${name}.yaml`));
    const source = `backbone: ./backbone
tasks: [{ task: mr, data: ./reviews }]
regime: { fewShot: 32, devSize: 40 }
dataSeeds: [13, 21]
training: { steps: 20, batchSize: 8, evaluateEvery: 5 }
methods: [zero-shot, { method: lpt, insertionLayer: [1, 2], promptLength: 2 }]
`;
    for (const [index, file] of files.entries()) await writeFile(file, `name: ${names[index]!}\n${source}`);
    return files;
  }

  /** Each took a minute, nearly all of it beside its little arithmetic. */
  async function finishAll(name: string): Promise<void> {
    const { id: sweepId } = await findSweep(stage.database, name);
    for (const trialId of await listWaiting(stage.database, { sweepId, limit: 100 })) {
      await beginAttempt(stage.database, { trialId, worker: 'host-1', device: 'cpu', workflowRunId: 'run-1' });
      await finishTrial(stage.database, { trialId, attempt: 1, outcome: outcomeOf(0.7, 0.6) });
      await stage.database
        .update(attempts)
        .set({ startedAt: sql`${attempts.finishedAt} - interval '60 seconds'` })
        .where(eq(attempts.trialId, trialId));
    }
  }

  async function trialsOf(name: string): Promise<{ data_seed: number; position: number }[]> {
    const { rows } = await stage.database.execute<{ data_seed: number; position: number }>(
      sql`select data_seed, position from trial_results where sweep = ${name} order by position`,
    );
    return rows;
  }

  test('a dry run goes by earlier trials, and a budget takes whole seeds, says the rest, and stays what it was', async () => {
    const [first = '', second = ''] = await sweepFiles('first', 'second');
    const before = await run('launch', first, '--dry-run');
    expect(before).toMatchObject({ code: 0 });
    expect(before.out).toContain('assumed, since nothing was measured');
    const labelWords = 'Label words of mr: 0 terrible, 1 great.\n';
    expect(before.said).toContain(labelWords);
    expect(await run('launch', first)).toMatchObject({ code: 0, said: expect.stringContaining(labelWords) as string });
    await finishAll('first');

    // Six trials of a minute.
    const after = await run('launch', second, '--dry-run', '--cost-per-hour', 'cpu=30');
    expect(after.out).toMatch(/About 6 min on one cpu, one trial after another, cost (2\.9|3\.0)\d at 30 an hour\./);
    expect(after.out).toContain('4 measured on trials of the same method and layer');
    expect(after.out).toContain('(earlier trials took 901 MiB at the most)');
    expect(after.out).toContain('Nothing was started.');
    expect(await trialsOf('second')).toEqual([]);

    // Three trials a seed: five minutes hold one seed whole, and two trials more, which are not taken.
    const budgeted = await run('launch', second, '--dry-run', '--budget', '5m');
    expect(budgeted.out).toContain('Budget 5 min: 3 of 6 trials, about 3 min of one device.');
    expect(budgeted.out).toContain('Every configuration on 1 of 2 pairs of seeds: 13/1.');
    expect(budgeted.out).toContain(
      `Left out: 3 trials (1 zero-shot, 2 lpt). \`lpt-sweep add ${second}\` runs them later.`,
    );

    const launched = await run('launch', second, '--budget', '5m');
    expect(launched.code).toBe(0);
    expect(launched.said).toContain('Budget 5 min: 3 of 6 trials');
    expect(launched.said).not.toContain('servers stay');
    expect(launched.said).toMatch(/trains it on a (cpu|gpu), .*`device: (cpu|gpu)` in the file asks/);
    expect(await trialsOf('second')).toEqual([0, 1, 2].map((position) => ({ data_seed: 13, position })));
    const again = await run('launch', second, '--budget', '1h');
    expect(again).toMatchObject({ code: 0 });
    expect(again.said).toContain('Sweep second keeps the trials that it was launched with.');
    expect(again.said).toMatch(/trains it on a (cpu|gpu), of this machine or another; `lpt-sweep watch`/);
    expect(await trialsOf('second')).toHaveLength(3);
    await expectUnchanged(second);
    expect((await run('add', second)).said).toContain('has 3 trials more; 3 of the file were there');
    expect((await trialsOf('second')).map((row) => row.data_seed)).toEqual([13, 13, 13, 21, 21, 21]);
  });

  /** `resume` takes the file for the one that was launched, and no longer once it asks for something else. */
  async function expectUnchanged(file: string): Promise<void> {
    const same = await run('resume', file);
    expect(same.said).toContain('found it running with nothing to put back');
    const source = await readFile(file, 'utf8');
    await writeFile(file, source.replace('dataSeeds: [13, 21]', 'dataSeeds: [13, 21, 42]'));
    const changed = await run('resume', file);
    expect(changed.code).not.toBe(0);
    expect(changed.said).toContain('dataSeeds: [13,21] → [13,21,42]');
    await writeFile(file, source);
  }

  test('a file beside `--trial` puts back that trial alone', async () => {
    const [file = ''] = await sweepFiles('fifth');
    await run('launch', file);
    await run('cancel', 'fifth', '--where', 'method=lpt');
    expect((await run('resume', file, '--trial', '1', '--where', 'method=lpt')).code).toBe(2);
    const cancelled = sql`select position from trial_results where sweep = 'fifth' and state = 'cancelled'`;
    const before = (await stage.database.execute<{ position: number }>(cancelled)).rows;
    expect(before).toHaveLength(4);
    const resumed = await run('resume', file, '--trial', `fifth/${before[0]!.position}`);
    expect(resumed.said).toContain('1 trial put back');
    expect((await stage.database.execute(cancelled)).rows).toHaveLength(3);
  });

  test('a budget that holds nothing, or is no time, is wrong usage', async () => {
    const [file = ''] = await sweepFiles('third');
    for (const flags of [['--dry-run'], []]) {
      const { code, out, said } = await run('launch', file, ...flags, '--budget', '10s');
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(said).toMatch(/Expected `--budget` to hold one trial at least, which is estimated at \d+ s, found 10 s\./);
    }
    expect((await run('launch', file, '--budget', 'soon')).code).toBe(2);
    // What a search proposes later is in no budget.
    await appendFile(file, 'search: { kind: tpe, configurations: 2, startup: 2 }\n');
    for (const flags of [['--dry-run'], []]) {
      const { code, out, said } = await run('launch', file, ...flags, '--budget', '1h');
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(said).toContain('found `search: tpe`');
    }
    expect(await trialsOf('third')).toEqual([]);
  });

  test('a database that cannot be read leaves a dry run with an assumed speed, and says so without the password', async () => {
    const [file = ''] = await sweepFiles('fourth');
    const told = await runIn(['launch', file, '--dry-run'], {
      DATABASE_URL: 'postgres://someone:secret@127.0.0.1:9/nowhere',
      TEMPORAL_ADDRESS: stage.temporalAddress,
    });
    expect(told.code).toBe(0);
    expect(told.out).toContain('assumed, since nothing was measured');
    expect(told.said).toContain('nothing is known of earlier trials');
    expect(told.said).not.toContain('secret');
  });
});
