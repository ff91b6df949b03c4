// Tables for people of a task with two metrics: no two rows that cannot be told apart, and none ranked by another's scores.
import { beforeAll, describe, expect, test } from 'vitest';
import { printPerSeed } from '../../cli/per-seed.ts';
import { comparePerSeed } from '../../control/compare-per-seed.ts';
import { createSweep } from '../../db/sweeps.ts';
import { listWaiting } from '../../db/trials.ts';
import { endInOrder } from '../support/endings.ts';
import { findTrial, twoMetrics } from '../support/trials.ts';
import { useStage } from './stage.ts';

describe('a task with two metrics', () => {
  const stage = useStage();

  beforeAll(async () => {
    const { id: sweepId } = (await createSweep(stage.database, twoMetrics('two'))).sweep;
    // By dev alone accuracy at layer 3 were before F1, and at layer 6 behind it.
    const ids = await listWaiting(stage.database, { sweepId, limit: 100 });
    const trials = await Promise.all(ids.map((id) => findTrial(stage.database, id)));
    const endings = trials.map(({ metric, insertionLayer }) => {
      const isFirst = insertionLayer === 3;
      return metric === 'f1' ? (isFirst ? 0.72 : 0.7) : isFirst ? 0.8 : 0.6;
    });
    await endInOrder(stage.database, { sweepId, endings });
  });

  async function linesOf(...words: string[]): Promise<string[]> {
    const { out } = await stage.run(...words);
    return out.split('\n').map((line) => line.replaceAll(/[│\s]+/g, ' ').trim());
  }

  test('is listed by metric, best on dev first within one', async () => {
    const lines = await linesOf('compare', 'two', '--configurations');
    expect(lines.filter((line) => line.includes(' npg ')).map((line) => line.split(' ').slice(0, 3))).toEqual([
      ['mr', 'accuracy', '3'],
      ['mr', 'accuracy', '6'],
      ['mr', 'f1', '3'],
      ['mr', 'f1', '6'],
    ]);
    expect(lines.filter((line) => / zero-shot /.test(line)).map((line) => line.split(' ')[1])).toEqual([
      'accuracy',
      'f1',
    ]);
  });

  test('has its metric in both tables of what was best on each seed', async () => {
    const found = await comparePerSeed(stage, 'two');
    const [mean, chosen] = [found.means[0]!, found.chosen[0]!];
    const printed = printPerSeed('table', {
      ...found,
      means: [mean, { ...mean, metric: 'f1' }],
      chosen: [chosen, { ...chosen, metric: 'f1' }],
    });
    expect(printed.match(/ (accuracy|f1) /g)).toEqual([' accuracy ', ' f1 ', ' accuracy ', ' f1 ']);
  });

  test('has its metric in the results of each trial', async () => {
    const lines = await linesOf('results', 'two');
    expect(lines.filter((line) => / mr .* accuracy /.test(line))).toHaveLength(8);
    expect(lines.filter((line) => / mr .* f1 /.test(line))).toHaveLength(8);
  });

  test('heads effects with its metric', async () => {
    const lines = await linesOf('effects', 'two');
    expect(lines.filter((line) => /^lpt on /.test(line)).map((line) => line.split('),')[0])).toEqual([
      'lpt on mr (32, accuracy',
      'lpt on mr (32, f1',
    ]);
  });
});
