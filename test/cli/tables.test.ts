import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { beginAttempt } from '../../db/begin-attempt.ts';
import { createSweep } from '../../db/sweeps.ts';
import { finishTrial, listWaiting } from '../../db/trials.ts';
import { temporaryFolder } from '../support/data-files.ts';
import { outcomeOf, smallSweep } from '../support/trials.ts';
import { useStage } from './stage.ts';

describe('tables', () => {
  const stage = useStage();
  const { run } = stage;

  /** In running order, of each data seed: zero-shot, prompt tuning, LPT at 3, LPT at 6. */
  async function finished(name: string, scores: [dev: number, test: number][]): Promise<void> {
    const { sweep } = await createSweep(stage.database, { ...smallSweep('any'), name });
    const ids = await listWaiting(stage.database, { sweepId: sweep.id, limit: scores.length || 1 });
    for (const [index, [dev, scored]] of scores.entries()) {
      const trialId = ids[index]!;
      await beginAttempt(stage.database, { trialId, worker: 'host-1', device: 'cpu', workflowRunId: 'run-1' });
      await finishTrial(stage.database, { trialId, attempt: 1, outcome: outcomeOf(dev, scored) });
    }
  }

  beforeAll(async () => {
    await finished('whole', [
      [0.6, 0.5],
      [0.62, 0.6],
      [0.7, 0.99],
      [0.8, 0.75],
      [0.64, 0.6],
      [0.6, 0.62],
      [0.74, 0.99],
      [0.86, 0.85],
    ]);
    await finished('=one "seed"|<b>', [
      [0.6, 0.5],
      [0.62, 0.6],
      [0.7, 0.65],
    ]);
    await finished('nothing-yet', []);
  });

  test('of methods by tasks hold the configuration that is best on dev, whatever test says', async () => {
    const { code, out } = await run('tables', 'whole');
    expect(code).toBe(0);
    const records = parse<Record<string, string>>(out, { columns: true });
    expect(records.map((row) => [row['method'], row['insertion_layers'], row['n']])).toEqual([
      // (0.8 + 0.86) / 2 = 0.83 on dev at layer 6, where layer 3 has 0.99 on test.
      ['lpt', '6', '2'],
      ['zero-shot', '', '2'],
      ['prompt-tuning', '0', '2'],
    ]);
    expect(Number(records[0]?.['test_mean'])).toBeCloseTo(0.8, 12);
    const { out: latex } = await run('tables', 'whole', '--format', 'latex');
    expect(latex).toContain('lpt & \\textbf{80.0} {\\scriptsize $\\pm$\\,7.1 ($n$=2)}');
    expect(latex).toContain('mean $\\pm$ sd over n seeds');
  });

  test('of a view hold every row with the names that SQL has, in every format the same', async () => {
    const csv = parse<Record<string, string>>((await run('tables', 'whole', '--table', 'trial_results')).out, {
      columns: true,
    });
    expect(csv).toHaveLength(8);
    const { rows } = await stage.database.execute<{ trial_key: string; test_score: number; finished_at: string }>(
      sql`select trial_key, test_score, finished_at from trial_results where sweep = 'whole' order by position`,
    );
    expect(csv.map((row) => row['trial_key'])).toEqual(rows.map((row) => row.trial_key));
    const file = join(await temporaryFolder(), 'trials.parquet');
    const told = await run('tables', 'whole', '--table', 'trial_results', '--out', file);
    expect(told).toMatchObject({ code: 0, out: '' });
    expect(told.said).toContain(file);
    const read: Record<string, unknown>[] = await parquetReadObjects({ file: await asyncBufferFromFile(file) });
    expect(read.map((row) => [row['trial_key'], row['test_score'], row['k'], row['bottleneck']])).toEqual(
      rows.map((row, index) => [row.trial_key, row.test_score, 32n, index % 4 < 2 ? null : 128n]),
    );
    expect(read[0]?.['finished_at']).toEqual(new Date(rows[0]!.finished_at));
    const json = JSON.parse(
      (await run('tables', 'whole', '--table', 'trial_results', '--format', 'json')).out,
    ) as Record<string, unknown>[];
    expect(JSON.parse((await run('tables', 'whole', '--table', 'trial_results', '--json')).out)).toEqual(json);
    expect(json.map((row) => row['test_score'])).toEqual(rows.map((row) => row.test_score));
  });

  test('say of one seed that there is no sd, and keep a name with quotes and markup text', async () => {
    const { out } = await run('tables', '=one "seed"|<b>', '--format', 'latex');
    expect(out).toContain('one seed only, so without standard deviation');
    expect(out).toContain('lpt & \\textbf{65.0} {\\scriptsize ($n$=1)}');
    expect(out).not.toMatch(/\\pm.*\\pm/);
    const markdown = (await run('tables', '=one "seed"|<b>', '--format', 'markdown')).out;
    expect(markdown).toContain('Sweep =one "seed"\\|&lt;b&gt;,');
    const csv = (await run('tables', '=one "seed"|<b>', '--table', 'trial_results')).out;
    expect(csv).toContain(`,"'=one ""seed""|<b>",`);
  });

  test('of a sweep without a complete trial are refused with its states, and no file is left', async () => {
    const file = join(await temporaryFolder(), 'nothing.tex');
    for (const words of [[], ['--table', 'configuration_means']]) {
      const format = words.length === 0 ? 'latex' : 'csv';
      const told = await run('tables', 'nothing-yet', ...words, '--format', format, '--out', file);
      expect(told.code).toBe(2);
      expect(told.said).toContain('Expected sweep `nothing-yet` to have complete trials to write of, found 8 waiting.');
    }
    expect(existsSync(file)).toBe(false);
    expect((await run('tables', 'nothing-yet', '--table', 'trial_results')).out.split('\n')).toHaveLength(10);
  });

  test('are not written over a file unasked, nor where no file can be', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'mine.csv');
    await writeFile(file, 'mine');
    const refused = await run('tables', 'whole', '--out', file);
    expect(refused.code).toBe(2);
    expect(refused.said).toContain(`Expected nothing at \`${file}\`, found a file. \`--force\` writes over it.`);
    expect(await readFile(file, 'utf8')).toBe('mine');
    expect((await run('tables', 'whole', '--out', file, '--force')).code).toBe(0);
    expect(await readFile(file, 'utf8')).toMatch(/^task,metric/);
    const nowhere = await run('tables', 'whole', '--out', join(folder, 'no', 'such', 'a.csv'));
    expect(nowhere.code).toBe(1);
    expect(nowhere.said).toMatch(/to be a folder to write `a.csv` into, found none/);
    await mkdir(join(folder, 'folder.csv'));
    expect((await run('tables', 'whole', '--out', join(folder, 'folder.csv'), '--force')).said).toContain(
      'to be a file to write, found a folder',
    );
    const unwritable = await run('tables', 'whole', '--out', '/proc/a.csv');
    expect(unwritable.code).toBe(1);
    expect(unwritable.said).toMatch(/Expected to write `\/proc\/a.csv`, found: \w+. Is its folder writable\?/);
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test.each([
    [['--format', 'parquet'], /Expected `--out` to name a file for Parquet/],
    [['--out', 'a.xlsx'], /Expected `--out` to end in \.csv, \.json, \.parquet, \.md, \.tex, or `--format`/],
    [['--table', 'trial_results', '--format', 'latex'], /Expected `--table methods` for LaTeX/],
    [['--table', 'trials; drop table trials'], /Expected `--table` to be one of methods, best_per_seed/],
  ])('with %j are wrong usage', async (words, message) => {
    const { code, out, said } = await run('tables', 'whole', ...words);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(said).toMatch(message);
  });
});
