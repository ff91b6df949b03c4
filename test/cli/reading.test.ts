import { beforeAll, describe, expect, test } from 'vitest';
import { recordProvenance } from '../../db/attempts.ts';
import { beginAttempt } from '../../db/begin-attempt.ts';
import type { TrialResult } from '../../db/results.ts';
import { createSweep, setSweepState } from '../../db/sweeps.ts';
import { failTrial, finishTrial, listWaiting } from '../../db/trials.ts';
import { provenanceOf } from '../../sweep/provenance.ts';
import { PROGRAM, TRAINER } from '../support/provenance.ts';
import { findTrial, outcomeOf, smallSweep } from '../support/trials.ts';
import { useStage } from './stage.ts';
import { run as runIn } from './terminal.ts';

const KEYS =
  'trial trialKey task metric regime k method insertionLayer insertionLayers promptLength generator dataSeed trainSeed state stoppedAtStep stopReason devScore testScore testAccuracy testF1 mismatchedScore shortenedTrain shortenedDev shortenedTest shortenedMismatched steps trainableParameters msPerStep measuredJointly tokensPerMs cacheHitRate peakMemoryMiB forwardShare backwardShare evaluationShare waitingShare attempts configurationKey settings';

describe('the commands that read', () => {
  const stage = useStage();
  const { run } = stage;

  let emptyList = '';

  /** A sweep that has ended: every trial complete but one. And one that has not begun. */
  beforeAll(async () => {
    emptyList = (await run('list', '--format', 'csv')).out;
    await createSweep(stage.database, smallSweep('fresh', '[2, 5]'));
    const { sweep } = await createSweep(stage.database, smallSweep('halves'));
    const [failing = '', ...ids] = (await listWaiting(stage.database, { sweepId: sweep.id, limit: 100 })).reverse();
    for (const trialId of ids) {
      const begun = await beginAttempt(stage.database, { trialId, worker: 'w', device: 'cpu', workflowRunId: 'r' });
      if (begun.kind !== 'begun') throw new Error('Expected a fresh trial.');
      const { method, trial } = await findTrial(stage.database, trialId);
      const provenance = provenanceOf({ trial, program: PROGRAM, trainer: TRAINER });
      await recordProvenance(stage.database, { trialId, attempt: begun.attempt, provenance });
      const outcome = outcomeOf(method === 'lpt' ? 0.7 : 0.6, method === 'lpt' ? 0.65 : 0.55);
      await finishTrial(stage.database, { trialId, attempt: begun.attempt, outcome });
    }
    const error = { kind: 'data', message: 'Expected a label, found "a, b"' } as const;
    await failTrial(stage.database, { trialId: failing, attempt: null, error });
    await setSweepState(stage.database, { sweepId: sweep.id, state: 'failed' });
  });

  test('results as JSON are one array with the promised keys, and nothing else is on standard output', async () => {
    const { code, out } = await run('results', 'halves', '--format', 'json');
    const rows = JSON.parse(out) as TrialResult[];
    expect(code).toBe(0);
    expect(rows).toHaveLength(8);
    for (const row of rows) expect(Object.keys(row).join(' ')).toBe(KEYS);
    expect(rows.filter(({ state }) => state === 'failed')).toHaveLength(1);
  });

  test('each result, for people and for programs, has the name by which `show` finds its trial', async () => {
    const { out } = await run('results', 'halves', '--offset', '2', '--limit', '1', '--json');
    const [row] = JSON.parse(out) as { trial: string; trialKey: string }[];
    expect(row?.trial).toBe('halves/2');
    const shown = JSON.parse((await run('show', 'halves/2', '--json')).out) as { trialKey: string };
    expect(row?.trialKey).toBe(shown.trialKey);
    const people = (await run('results', 'halves', '--offset', '2', '--limit', '1')).out.split('\n');
    expect(people[3]).toMatch(/^│ +2 │ mr /);
  });

  test('results as CSV have a head and a row a trial', async () => {
    const { out } = await run('results', 'halves', '--format', 'csv');
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toBe(KEYS.replaceAll(' ', ','));
    expect(lines).toHaveLength(9);
  });

  test.each([
    [['fresh', '--best-per-seed'], 'No trial is complete yet.'],
    [['halves', '--offset', '5000'], 'There is no trial beyond the first 5000.'],
    [['halves', '--limit', '0'], 'Nothing was asked for: `--limit` is 0.'],
  ])('results of %j say why there are none', async (words, why) => {
    expect((await run('results', ...words)).out).toBe(`${why}\n`);
  });

  test.each([[], ['--average', 'per-seed'], ['--configurations'], ['--configurations', '--average', 'per-seed']])(
    'a comparison of nothing as CSV has the head of any other: %s %s %s',
    async (...words) => {
      const headOf = async (sweep: string) =>
        (await run('compare', sweep, '--format', 'csv', ...words)).out.split('\n');
      const [fresh, halves] = [await headOf('fresh'), await headOf('halves')];
      expect(fresh).toEqual([halves[0], '']);
      expect(halves.length).toBeGreaterThan(2);
    },
  );

  test('a list of nothing as CSV has the head of any other', async () => {
    const [head = ''] = (await run('list', '--format', 'csv')).out.split('\n');
    expect(emptyList).toBe(`${head}\n`);
  });

  test('what is pruned is named for programs alike whether or not it is a dry run, in numbers', async () => {
    const prune = ['prune', '--metrics-older-than', '1d', '--json'];
    const dry = await run(...prune, '--dry-run');
    expect(JSON.parse(dry.out)).toEqual([{ what: 'metrics', rows: 0, bytes: 0 }]);
    expect((await run(...prune)).out).toBe(dry.out);
  });

  test('a comparison shows LPT apart from baselines, and its finding beside the data', async () => {
    const { code, out, said } = await run('compare', 'halves', '--configurations');
    expect(code).toBe(0);
    expect(out.indexOf('LPT configurations')).toBeLessThan(out.indexOf('Baselines of this sweep'));
    expect(out).toContain('70.0');
    expect(said).toContain('+10.0 on seed 13');
  });

  test('a comparison for programs carries scores in [0, 1] and where each row is from', async () => {
    const { out } = await run('compare', 'halves', '--configurations', '--format', 'json');
    const rows = JSON.parse(out) as { kind: string; method: string; testMean: number }[];
    expect(rows.filter(({ kind }) => kind === 'measured').map(({ testMean }) => testMean)).toContain(0.65);
  });

  test('the two averages are labelled in every format, and neither shows numbers of the other', async () => {
    const averages = async (...words: string[]): Promise<unknown[]> => {
      const { out } = await run('compare', 'halves', '--configurations', ...words, '--format', 'json');
      const rows = JSON.parse(out) as { kind: string; average: string }[];
      return [...new Set(rows.filter(({ kind }) => kind === 'measured').map(({ average }) => average))];
    };
    expect(await averages()).toEqual(['fixed']);
    expect(await averages('--average', 'per-seed')).toEqual(['per-seed']);
    const { out: csv } = await run('compare', 'halves', '--configurations', '--average', 'per-seed', '--format', 'csv');
    expect(csv.split('\n')[1]).toMatch(/^measured,per-seed,mr,accuracy,few-shot,32,lpt,/);
    const people = await run('compare', 'halves', '--configurations', '--average', 'per-seed');
    expect(people.out).toContain('Best on dev per seed');
    expect(people.out).toContain('Not to be mixed with `--average fixed`');
    expect(people.out).not.toContain('LPT configurations, each fixed over its seeds');
    expect(people.said).not.toContain('best LPT configuration on dev');
    expect((await run('compare', 'halves', '--configurations')).out).toContain('each fixed over its seeds');
  });

  test('methods are compared for people and for programs, and effects are told on dev', async () => {
    const people = await run('compare', 'halves');
    expect(people.out).toContain('fixed over all seeds');
    expect(people.out).toContain('prompt-tuning − lpt');
    const { out } = await run('compare', 'halves', '--json', '--average', 'per-seed');
    expect(JSON.parse(out)).toMatchObject({ average: 'per-seed', published: [] });
    const effects = await run('effects', 'halves');
    expect(effects.out).toContain('lpt on mr (32), 3 trials over 2 seeds');
    expect(effects.out).toContain('insertionLayer');
  });

  test.each(['compare', 'effects'])('%s refuses to choose by test scores', async (command) => {
    const told = await run(command, 'halves', '--select-on', 'test');
    expect(told).toMatchObject({ code: 2, out: '' });
    expect(told.said).toContain(
      'Expected `--select-on` to be dev, found `test`. Test scores say how good a choice was',
    );
  });

  test('published figures are listed with their sources, and a file that is not there is named', async () => {
    expect((await run('baselines')).out).toContain('arXiv:2506.05629 (ID-SPAM), Table 2');
    const told = await run('baselines', 'import', '/nowhere/own.csv');
    expect(told).toMatchObject({ code: 2, out: '' });
    expect(told.said).toContain('found none that can be read (ENOENT)');
    expect((await run('baselines', 'imprt')).said).toContain('Expected `list` or `import`, found `imprt`.');
  });

  test('results can be kept to the trial that is best on dev for its method and seeds', async () => {
    const { out } = await run('results', 'halves', '--best-per-seed', '--format', 'json');
    const rows = JSON.parse(out) as TrialResult[];
    const names = rows.map(({ method, dataSeed }) => `${method} ${dataSeed}`).sort();
    expect(names).toEqual(['lpt 13', 'lpt 21', 'prompt-tuning 13', 'prompt-tuning 21', 'zero-shot 13', 'zero-shot 21']);
  });

  test('status counts trials by state and shows errors by kind', async () => {
    const { out } = await run('status', 'halves', '--format', 'json');
    const rows = JSON.parse(out) as Record<string, unknown>[];
    expect(rows[0]).toMatchObject({ name: 'halves', state: 'failed', complete: 7, failed: 1, waiting: 0 });
    expect(rows[0]?.['errors']).toBe('1 trial failed with data (not retried), first: Expected a label, found "a, b"');
  });

  test('a cell with a comma or a quote is still one cell of CSV', async () => {
    const { out } = await run('status', 'halves', '--format', 'csv');
    expect(out).toContain('"1 trial failed with data (not retried), first: Expected a label, found ""a, b"""');
  });

  test('the list has the sweep, and watching one that has ended returns with its outcome', async () => {
    expect((await run('list')).out).toContain('halves');
    const all = JSON.parse((await run('list', '--json')).out) as Record<string, unknown>[];
    const listed = all.find(({ name }) => name === 'halves');
    // States by their own names, as `status` has them.
    expect(listed).toMatchObject({ name: 'halves', state: 'failed', complete: 7, failed: 1, 'stopped-early': 0 });
    const watched = await run('watch', 'halves', '--format', 'json');
    expect(watched.code).toBe(1);
    expect(JSON.parse(watched.out)).toMatchObject({ state: 'failed' });
  });

  test('a trial can be looked at whole, by the position that its sweep lists it with', async () => {
    const listed = (await run('results', 'halves')).out.split('\n');
    expect(listed[1]).toMatch(/trial .* task/);
    const measured = listed[1]!.split('│').findIndex((title) => title.trim() === 'measured');
    const measuredOf = (row = ''): string | undefined => row.split('│')[measured]?.trim();
    expect(listed.slice(2).map(measuredOf)).toContain('alone');
    expect(listed.slice(2).map(measuredOf)).toContain('–');
    expect(listed.join()).not.toContain('false');
    const { code, out } = await run('show', 'halves/2');
    expect(code).toBe(0);
    expect(out).toMatch(/^Trial halves\/2: lpt on mr, complete\n/);
    for (const part of ['Names', 'Scores', 'Throughput', 'Configuration', 'Provenance', 'Attempts', 'Evaluations']) {
      expect(out).toContain(`\n${part}:`);
    }
    expect(out).toMatch(/method\.insertionLayer +3\n/);
    expect(out).toMatch(/task\.labelWords\.1 +great\n/);
    expect(out).toMatch(/program\.commit\.id +c0ffee\n/);
    expect(out).toMatch(/dev, % +70\.0\n/);
    expect(out).toMatch(/training seed +1\n/);
    expect(out).toMatch(/ms a step +50\n +tokens\/ms +\d+(\.\d)?\n +measured +alone\n/);
    expect(out).toMatch(
      /time in the trainer +10 s\n +forward, % of the time +20\.0\n +backward, % of the time +50\.0\n/,
    );
    expect(out).toMatch(/evaluation, % of the time +10\.0\n +waiting, % of the time +20\.0\n/);
    expect((await run('show', 'halves/7')).out).toMatch(/time in the trainer +–\n +forward, % of the time +–\n/);
  });

  test('a trial for programs is one object, unrounded, with its whole configuration', async () => {
    const { out } = await run('show', 'halves/2', '--format', 'json');
    const shown = JSON.parse(out) as { id: string; trialKey: string };
    expect(shown).toMatchObject({
      name: 'halves/2',
      state: 'complete',
      scores: { metric: 'accuracy', devScore: 0.7, testScore: 0.65, selectedStep: 20 },
      cost: {
        ...{ msPerStep: 50, measuredJointly: false, jointSteps: 0, cacheHitRate: 0.75, peakMemoryMiB: 900.5 },
        ...{ seconds: { forward: 2, backward: 5, evaluation: 1, waiting: 2 }, forwardShare: 0.2, waitingShare: 0.2 },
      },
      configuration: { dataSeed: 13, trainSeed: 1, training: { steps: 40 }, regime: { kind: 'few-shot', k: 32 } },
      provenance: { program: PROGRAM, trainer: TRAINER },
      attempts: [{ attempt: 1, state: 'complete', worker: 'w' }],
    });
    expect((await run('show', 'halves/2', '--json')).out).toBe(out);
    const byKey = await run('show', shown.trialKey.slice(0, 8), '--format', 'json');
    expect(JSON.parse(byKey.out)).toEqual(JSON.parse(out));
    const failed = await run('show', 'halves/7');
    expect(failed.out).toMatch(/error +data: Expected a label, found "a, b"\n/);
    expect(failed.out).toContain('Provenance: not recorded.');
  });

  test('an unknown trial is answered with those that are near, one that is not complete is not repeated or exported', async () => {
    const unknown = await run('show', 'halves/8');
    expect(unknown).toMatchObject({ code: 2, out: '' });
    expect(unknown.said).toContain('`halves/0` to `halves/7`');
    for (const words of [
      ['rerun', 'halves/7'],
      ['export', 'halves/7', '--out', '/nowhere'],
    ]) {
      const told = await run(...words);
      expect(told).toMatchObject({ code: 2, out: '' });
      expect(told.said).toContain('Expected trial `halves/7` to be complete, found it failed.');
    }
  });

  test('a trial without weights in the database is not exported, and exit code 1', async () => {
    const { code, said } = await run('export', 'halves/2', '--out', '/nowhere/model');
    expect(code).toBe(1);
    expect(said).toMatch(/^Expected trial `halves\/2` to have trained weights in the database, found none/m);
  });

  test('an unknown sweep is answered with the nearest name and exit code 2', async () => {
    const { code, out, said } = await run('results', 'halfs');
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(said).toContain('halves');
  });

  test('a database that is down is one sentence without the password, and exit code 1', async () => {
    const told = await runIn(['list'], {
      DATABASE_URL: 'postgres://someone:secret@127.0.0.1:9/nowhere',
      TEMPORAL_ADDRESS: stage.temporalAddress,
    });
    expect(told.code).toBe(1);
    expect(told.said).toContain('127.0.0.1:9');
    expect(told.said).not.toContain('secret');
  });

  test('a Temporal address where nobody answers is one sentence, and exit code 1', async () => {
    const told = await runIn(['list'], { DATABASE_URL: stage.databaseUrl, TEMPORAL_ADDRESS: '127.0.0.1:9' });
    expect(told.code).toBe(1);
    expect(told.said).toContain('No Temporal server answers at 127.0.0.1:9');
  });
});
