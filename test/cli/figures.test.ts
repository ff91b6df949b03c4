import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { beginAttempt } from '../../db/begin-attempt.ts';
import { createSweep } from '../../db/sweeps.ts';
import { finishTrial, listWaiting } from '../../db/trials.ts';
import { temporaryFolder } from '../support/data-files.ts';
import { outcomeOf, smallSweep } from '../support/trials.ts';
import { useStage } from './stage.ts';

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

describe('figures', () => {
  const stage = useStage();
  const { run } = stage;

  beforeAll(async () => {
    const planned = smallSweep('drawn');
    // A task's name is what its author likes.
    for (const { trial } of planned.trials) trial.task = { ...trial.task, name: '../<b>"mr"&' };
    const { sweep } = await createSweep(stage.database, planned);
    for (const trialId of await listWaiting(stage.database, { sweepId: sweep.id, limit: 8 })) {
      await beginAttempt(stage.database, { trialId, worker: 'host-1', device: 'cpu', workflowRunId: 'run-1' });
      await finishTrial(stage.database, { trialId, attempt: 1, outcome: outcomeOf(0.7, 0.6) });
    }
    await createSweep(stage.database, smallSweep('nothing-yet'));
  });

  test('are SVG that stands alone, and PNG, under names that stay in their folder', async () => {
    const folder = join(await temporaryFolder(), 'new', 'figures');
    const { code, out, said } = await run('figures', 'drawn', '--out', folder);
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(said).toContain(`8 files of 4 figures are in ${folder}.`);
    const names = await readdir(folder);
    const figures = ['heat-map', 'score-by-layer', 'seeds', 'speed-and-score'];
    expect(names.sort()).toEqual(
      figures.flatMap((name) => [`${name}-b-mr-few-shot-32.png`, `${name}-b-mr-few-shot-32.svg`]),
    );
    for (const name of names) {
      const bytes = await readFile(join(folder, name));
      if (name.endsWith('.png')) {
        expect([...bytes.subarray(0, 8)]).toEqual(PNG);
        // 640 wide, three pixels each.
        expect(bytes.readUInt32BE(16)).toBe(1920);
      } else {
        const svg = bytes.toString('utf8');
        expect(svg).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<svg color="#111" /);
        expect(svg).toContain('xmlns="http://www.w3.org/2000/svg"');
        expect(svg).not.toContain('<b>');
        expect(svg).not.toMatch(/<script|<style|href=|url\(/);
      }
    }
  });

  test('can be of one kind, of test scores, and of another size', async () => {
    const folder = await temporaryFolder();
    const words = ['--out', folder, '--format', 'png', '--score', 'test', '--scale', '1'];
    expect((await run('figures', 'drawn', ...words)).code).toBe(0);
    const names = await readdir(folder);
    // Speed is drawn against dev scores only.
    expect(names).toHaveLength(3);
    expect((await readFile(join(folder, names[0]!))).readUInt32BE(16)).toBe(640);
  });

  test('write over nothing unasked, and leave nothing half done', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'seeds-b-mr-few-shot-32.png'), 'mine');
    const refused = await run('figures', 'drawn', '--out', folder);
    expect(refused.code).toBe(2);
    expect(refused.said).toContain('`--force` writes over it.');
    expect(await readdir(folder)).toEqual(['seeds-b-mr-few-shot-32.png']);
    expect((await run('figures', 'drawn', '--out', folder, '--force')).code).toBe(0);
    await mkdir(join(folder, 'in'));
    await writeFile(join(folder, 'in', 'file'), '');
    const noFolder = await run('figures', 'drawn', '--out', join(folder, 'in', 'file', 'figures'));
    expect(noFolder.code).toBe(1);
    expect(noFolder.said).toMatch(/to be a folder to write into, found: ENOTDIR\./);
  });

  test('of a sweep without a complete trial are refused, and so is a size that is none', async () => {
    const folder = await temporaryFolder();
    const nothing = await run('figures', 'nothing-yet', '--out', folder);
    expect(nothing.code).toBe(2);
    expect(nothing.said).toContain('Expected sweep `nothing-yet` to have complete trials to draw, found none.');
    const huge = await run('figures', 'drawn', '--out', folder, '--scale', '99');
    expect(huge).toMatchObject({ code: 2, said: 'Expected `--scale` to be 1 to 8, found 99.\n' });
    expect((await run('figures', 'drawn')).said).toContain('Expected `--out` to name a folder to write into');
  });
});
