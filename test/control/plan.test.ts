import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { printPlan } from '../../cli/plan.ts';
import type { Sources } from '../../control/facts.ts';
import { estimateSweep } from '../../control/plan-estimate.ts';
import { planSweep } from '../../control/plan.ts';
import { fingerprintSetup } from '../../data/backbone-setup.ts';
import { resolveBackbone } from '../../runtime/backbones.ts';
import { resolveDataset } from '../../runtime/datasets.ts';
import { temporaryFolder } from '../support/data-files.ts';
import { tinyFolder } from '../support/fixtures.ts';
import { tinyReviews, writeTinyBackbone } from '../support/tiny-backbone.ts';

const SOURCES: Sources = {
  resolveBackbone: (name) => resolveBackbone(name, { cacheFolder: '/nowhere' }),
  resolveDataset: (reference) => resolveDataset(reference, { cacheFolder: '/nowhere' }),
};

describe('a plan', () => {
  /** A sweep file beside its backbone and data, planned from another folder. */
  async function plan(changes: Record<string, string> = {}) {
    const folder = await temporaryFolder();
    await writeTinyBackbone(join(folder, 'backbone'));
    await mkdir(join(folder, 'reviews'));
    await writeFile(join(folder, 'reviews/train.tsv'), tinyReviews(120));
    await writeFile(join(folder, 'reviews/test.tsv'), tinyReviews(40));
    const lines = {
      name: 'tiny',
      backbone: './backbone',
      tasks: '[{ task: mr, data: ./reviews }]',
      regime: '{ fewShot: 32, devSize: 40 }',
      dataSeeds: '[13, 21]',
      methods: '[zero-shot, { method: lpt, insertionLayer: [1, 2], generator: none }]',
      ...changes,
    };
    const text = Object.entries(lines)
      .map(([key, value]) => `${key}: ${value}\n`)
      .join('');
    return { folder, planned: await planSweep({ path: join(folder, 'tiny.yaml'), text }, SOURCES) };
  }

  test('finds backbone and data beside the sweep file, and names them so that a worker finds them too', async () => {
    const { folder, planned } = await plan();
    expect(planned.spec.backbone).toBe(join(folder, 'backbone'));
    expect(planned.plan.trials).toHaveLength(6);
    const setup = await fingerprintSetup(join(folder, 'backbone'));
    expect(planned.plan.trials.map(({ trial }) => trial.backbone.setup)).toEqual(Array(6).fill(setup));
    expect(planned.plan.trials[0]?.trial.task.data.files.train).toBe(join(folder, 'reviews/train.tsv'));
    expect(estimateSweep(planned, []).map(({ device, estimate }) => [device, estimate.trials])).toEqual([['cpu', 6]]);
  });

  test('takes a task that is described in the file alone', async () => {
    const task =
      '[{ task: praise, data: ./reviews, template: "{sentence} . it was <mask> .", labelWords: { 0: terrible, 1: great } }]';
    const { planned } = await plan({ tasks: task });
    expect(planned.plan.trials[0]?.trial.task).toMatchObject({ name: 'praise', metric: 'accuracy' });
  });

  test('takes the metric that the file names, for a task of its own and for a built-in one', async () => {
    const { planned } = await plan({ tasks: '[{ task: mr, data: ./reviews, metric: matthews }]' });
    expect(planned.plan.trials[0]?.trial.task.metric).toBe('matthews');
  });

  test('takes the label that F1 is about; to name the usual one changes no trial', async () => {
    const judged = async (task: string) => {
      const { planned } = await plan({ tasks: `[{ task: mr, data: ./reviews, ${task} }]` });
      return { planned, trials: planned.plan.trials.map(({ trialKey, trial }) => ({ trialKey, task: trial.task })) };
    };
    const [usual, named, other] = await Promise.all(
      ['metric: f1', 'metric: f1, positive: 1', 'metric: f1, positive: 0'].map(judged),
    );
    expect(named?.trials.map(({ trialKey }) => trialKey)).toEqual(usual?.trials.map(({ trialKey }) => trialKey));
    expect(other?.trials[0]?.task.positive).toBe('0');
    expect(other?.trials[0]?.trialKey).not.toBe(usual?.trials[0]?.trialKey);
    expect(printPlan(usual!.planned, [])).toContain('\nF1 of mr is that of label 1.\n');
    expect(printPlan(other!.planned, [])).toContain('\nF1 of mr is that of label 0.\n');
    expect(printPlan((await judged('metric: accuracy')).planned, [])).not.toContain('F1');
  });

  test('draws so many examples of every class', async () => {
    const { planned } = await plan({ regime: '{ perClass: 16 }' });
    const regime = { kind: 'per-class', k: 16, devSize: null, testSize: null };
    expect(planned.plan.trials[0]?.trial.regime).toEqual(regime);
  });

  test('on a decoder, a task’s template ends with the mask, and one of its own goes before the built-in one', async () => {
    const templateOf = async (task: string) => {
      const { planned } = await plan({ backbone: tinyFolder('gpt2-tiny'), tasks: `[{ ${task}, data: ./reviews }]` });
      return planned.plan.trials[0]?.trial.task.template;
    };
    const words = 'labelWords: { 0: bad, 1: great }';
    expect(await templateOf(`task: mr, ${words}`)).toBe('{sentence} . It was <mask>');
    expect(await templateOf(`task: trec, ${words}`)).toBe('{sentence} Type: <mask>');
    expect(await templateOf(`task: trec, template: "{sentence} <mask> .", ${words}`)).toBe('{sentence} <mask>');
    const both = 'template: "<mask> : {sentence}", decoderTemplate: "{sentence} : <mask>"';
    expect(await templateOf(`task: praise, ${both}, ${words}`)).toBe('{sentence} : <mask>');
    await expect(templateOf(`task: praise, template: "<mask> : {sentence}", ${words}`)).rejects.toThrow(
      'found {sentence} behind it: "<mask> : {sentence}". Give the task a `decoderTemplate`.',
    );
    await expect(templateOf('task: mr')).rejects.toThrow('the label word "terrible"');
  });

  test('a text has all the positions that the longest prompt of the sweep leaves it', async () => {
    const folder = await temporaryFolder();
    /** Of 64 positions 7 are the template's. */
    const isCut = async (words: number, methods: string, exclude = '[]'): Promise<boolean> => {
      await writeFile(join(folder, 'train.tsv'), `${tinyReviews(120)}${'very '.repeat(words)}\t1\n`);
      await writeFile(join(folder, 'test.tsv'), tinyReviews(40));
      const { planned } = await plan({ tasks: `[{ task: mr, data: ${folder} }]`, methods, exclude });
      return planned.plan.warnings.some((warning) => warning.includes('cannot read 1 of the first 121 train examples'));
    };
    for (const [room, methods, exclude] of [
      [57, '[lora, zero-shot, { method: p-tuning-v2, promptLength: 70 }]'],
      [52, '[{ method: lpt, insertionLayer: 1, generator: npg }, lora]'],
      [37, '[{ method: lpt, insertionLayer: 1, generator: [npg, none] }, lora]'],
      [45, '[{ method: lpt, insertionLayer: [3, [1, 2]], promptLength: [2, 6], generator: none }]'],
      // What is left: 6 vectors at layer 3, 2 at each of layers 1 and 2.
      [
        51,
        '[{ method: lpt, insertionLayer: [3, [1, 2]], promptLength: [2, 6, 600] }]',
        '[{ promptLength: 600 }, { insertionLayer: [[1, 2]], promptLength: 6 }]',
      ],
      // Another data seed has it.
      [45, '[{ method: prompt-tuning, promptLength: [2, 12] }]', '[{ promptLength: 12, dataSeed: 13 }]'],
    ] as const) {
      const cut = [await isCut(room, methods, exclude), await isCut(room + 1, methods, exclude)];
      expect([methods, ...cut]).toEqual([methods, false, true]);
    }
  });

  test.each([
    [{ tasks: '[{ task: praise, data: ./reviews }]' }, /^line 3: Expected `tasks\[0\]\.template` to be a cloze text/],
    [
      { tasks: '[{ task: mr, data: ./reviews }, sst2]' },
      /^line 3: Expected `tasks\[1\]\.data` to be a folder, a file or hub:<id>, .*, found nothing\.$/,
    ],
    [
      { methods: '[zero-shot, { method: prompt-tuning, promptLength: [5, 600] }]' },
      /^line 6: Expected `methods\[1\]\.promptLength` to be less than \d+ in all, .*, found 600\.$/,
    ],
    [{ tasks: '[{ task: sst-2, data: ./reviews }]' }, /`sst-2` is not a built-in task\. Did you mean `sst2`\?/],
    [
      { tasks: '[{ task: mr, data: ./reviews, columns: { sentense: text } }]' },
      /^line 3: Expected `tasks\[0\]\.columns\.sentense` to be of the template's fields: sentence, label.* Did you mean `sentence`\?/,
    ],
    [
      { tasks: '[{ task: mr, data: ./reviews, template: "{headline} . it was <mask> ." }]' },
      /Expected a column `headline` for the field `headline` in .*, found `sentence`, `label`/,
    ],
    [
      { tasks: '[{ task: mr, data: ./reviews, positive: 1 }]' },
      /`tasks\[0\]\.positive` to be left out where the metric is not f1 or accuracy-f1, found accuracy/,
    ],
    [
      { tasks: '[{ task: mr, data: ./reviews, metric: f1, positive: 2 }]' },
      /`tasks\[0\]\.positive` to be one of the labels of `labelWords`: 0, 1, found "2"/,
    ],
    [{ tasks: '[{ task: mr, data: ./reviews, metric: f1, positive: [1] }]' }, /`tasks\[0\]\.positive` to be one of/],
    [
      {
        tasks:
          '[{ task: mr, data: ./reviews, metric: f1, positive: 1, labelWords: { 0: terrible, 1: great, 2: fine } }]',
      },
      /Expected two labels for the metric f1 \(task mr\), found 3/,
    ],
    [{ tasks: '[{ task: mr, data: ./reviews, metric: acuracy }]' }, /Did you mean `accuracy`\?/],
    [
      { regime: '{ perClass: 31 }' },
      /^line 4: Expected `regime\.perClass` to be at most 30: label "0" of task mr has 60 training examples, half of them for dev, found 31/,
    ],
    [
      { regime: '{ fewShot: 32, devSize: 180 }' },
      /^line 4: Expected `regime\.fewShot` to be with `devSize` at most 120, the training examples of task mr, found 32 \+ 180/,
    ],
    [{ regime: '{ full: true, devSize: 119 }' }, /^line 4: Expected `regime\.devSize` to be at most 118 \(training/],
    [{ regime: '{ fewShot: 32, devSize: 40, testSize: 41 }' }, /^line 4: Expected `regime\.testSize` to be at most 40/],
    [{ methods: '[{ method: lpt, insertionLayer: 99, generator: none }]' }, /insertionLayer.*99/],
    [{ tasks: '[{ task: mr, data: ./reviews, columns: { sentence: text } }]' }, /text/],
    [{ tasks: '[{ task: mr, data: ./reviews, labelWords: { 0: terrible, 1: unheardof } }]' }, /unheardof/],
    [{ regime: '{ fewShot: 5000, devSize: 40 }' }, /^line 4: Expected `regime\.fewShot` .* found 5000 \+ 40/],
    [{ backbone: './missing' }, /missing/],
  ])('is refused before anything is written: %j', async (changes, message) => {
    await expect(plan(changes)).rejects.toThrow(message);
  });
});
