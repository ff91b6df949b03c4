import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { meanDifference, qualityOf, qualityTable } from '../../bench/quality/report.ts';
import { Rows, type Row } from '../../bench/quality/rows.ts';
import { temporaryFolder } from '../support/data-files.ts';

function row(dataSeed: number, testScore: number, changes: Partial<Row> = {}): Row {
  return {
    ...{
      trialKey: `key-${dataSeed}`,
      side: 'ours',
      task: 'sst2',
      method: 'lpt',
      metric: 'accuracy',
      dataSeed,
      ...{ trainSeed: 1, learningRate: 0.001 },
    },
    ...{ k: 32, devScore: 0.5, testScore, testExamples: 200, selectedStep: 20, seconds: 1, version: 'TensorFlow 2' },
    ...changes,
  };
}

describe('finished trainings', () => {
  test('are found again by the next run, for each side by itself', async () => {
    const folder = join(await temporaryFolder(), 'rows');
    const first = await Rows.in(folder);
    await first.add(row(13, 0.8));
    const next = await Rows.in(folder);
    expect(next.find({ trialKey: 'key-13', side: 'ours' })).toEqual(row(13, 0.8));
    expect(next.find({ trialKey: 'key-13', side: 'pytorch' })).toBeUndefined();
    expect(next.find({ trialKey: 'key-21', side: 'ours' })).toBeUndefined();
  });

  test('survive a run that was killed while it wrote', async () => {
    const folder = await temporaryFolder();
    await (await Rows.in(folder)).add(row(13, 0.8));
    await appendFile(join(folder, 'rows.jsonl'), '{"trialKey":"key-21","side":"ou');
    await (await Rows.in(folder)).add(row(21, 0.7));
    const rows = await Rows.in(folder);
    expect(['key-13', 'key-21'].map((trialKey) => rows.find({ trialKey, side: 'ours' })?.testScore)).toEqual([
      0.8, 0.7,
    ]);
  });
});

test('the table has the scores by seed, and the means over the seeds that both sides have', () => {
  const rows = [
    row(13, 0.8),
    row(13, 0.79, { side: 'pytorch' }),
    row(13, 0.7, { trainSeed: 2 }),
    row(13, 0.6, { method: 'prompt-tuning' }),
    row(13, 0.61, { method: 'prompt-tuning', trainSeed: 2 }),
    row(21, 0.84),
  ];
  const [quality] = qualityOf(rows, {
    tasks: ['sst2', 'mr'],
    seeds: [13, 21],
    trainSeeds: [1, 2],
    learningRates: [0.001],
  });
  expect(meanDifference(quality!.seeds)).toBeCloseTo(0.01, 12);
  // Ours: (80 + 84) / 2 = 82, sd √(2 · 2²) = 2.8.
  expect(qualityTable([quality!])).toBe(`\
| task | data seed | LPT, ours  | LPT, PyTorch | ours − PyTorch | LPT, mean | prompt tuning, mean |
| ---- | --------- | ---------- | ------------ | -------------- | --------- | ------------------- |
| sst2 | 13        | 80.0       | 79.0         | +1.0           | 75.0      | 60.5                |
| sst2 | 21        | 84.0       |              |                |           |                     |
| sst2 | mean      | 82.0 ± 2.8 | 79.0         | +1.0           | 75.0      | 60.5                |
`);
});

test('a method has the test score of the learning rate that is best on dev; the two programs are compared at the first rate', () => {
  const rows = [
    row(13, 0.8),
    row(13, 0.79, { side: 'pytorch' }),
    row(13, 0.83, { learningRate: 0.005, devScore: 0.6 }),
    row(13, 0.99, { learningRate: 0.0005, devScore: 0.4 }),
  ];
  const asked = { tasks: ['sst2'], seeds: [13], trainSeeds: [1], learningRates: [0.001, 0.005, 0.0005] };
  const [quality] = qualityOf(rows, asked);
  expect(quality!.seeds).toEqual([{ dataSeed: 13, ours: 0.8, pytorch: 0.79, oursMean: 0.83, promptTuning: null }]);
});
