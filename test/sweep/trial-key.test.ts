import { describe, expect, test } from 'vitest';
import { FIRST_READING, readingOf } from '../../sweep/reading.ts';
import { configurationKey as configurationKeyOf, trialKey as trialKeyOf } from '../../sweep/trial-key.ts';
import type { Trial } from '../../sweep/trial.ts';
import { FACTS, planOf } from '../support/trials.ts';

const trialKey = (trial: Trial): string => trialKeyOf(trial, 'encoder');
const configurationKey = (trial: Trial): string => configurationKeyOf(trial, 'encoder');

const METHODS = '[{ method: lpt, insertionLayer: 6, promptLength: 5, generator: npg }, zero-shot]';
const { trials } = planOf(`{ name: keys, tasks: [mr], regime: { fewShot: 32 }, dataSeeds: 13, methods: ${METHODS} }`);
const [zeroShot, lpt] = [trials[0]!.trial, trials[1]!.trial];

function withTask(task: Partial<Trial['task']>): Trial {
  return { ...lpt, task: { ...lpt.task, ...task } };
}

describe('the trial key', () => {
  test('of a trial is the same in every version of the program', () => {
    expect(trialKey(lpt)).toBe('2bcde8938d8ce6afc52e5b6c32d0b9edcc3143a7c97d957ce76f03677646e9a2');
    expect(configurationKey(lpt)).toBe('20b553a72cc0d8917139605c03ce2214cbaee922f65a7dc4cd02b1bf972b4b17');
  });

  test('changes with what the same settings come to, for that method alone', () => {
    const methods = '[p-tuning-v2, lora]';
    const plan = planOf(`{ name: keys, tasks: [mr], regime: { fewShot: 32 }, dataSeeds: 13, methods: ${methods} }`);
    const keys = plan.trials.map(({ trial }) => [trial.method.method, configurationKey(trial)]);
    expect(Object.fromEntries(keys)).toEqual({
      // Before its dropout was each example's own: 0cb953617506…
      'p-tuning-v2': '5a59ff4f396d3f11e1e6f86599fa3bfef1e6478dfcc15a1de53eacb8f9c9afe6',
      lora: 'fd94056fb9d55eb5c534690c068b532772adc9ad7f8ac50b4dfcf959c1ddc4e8',
    });
  });

  // Of white space in front of a field one space was read, whatever it was. In brackets the key of that time.
  test.each([
    ['It:\n{sentence} . It was <mask> .', 'ea794f6011f7 (2d17b9eb92f3)'],
    ['It:\n {sentence} . It was <mask> .', '2a8d4aea6ae4 (63f5722e05d9)'],
    ['It:  {sentence} . It was <mask> .', '82aa0732174d (ec84e26cc955)'],
    ['{sentence}\n<mask>', '52c77c472969'],
    ['{sentence}\nIt was <mask> .', '824a99a0dccc'],
    ['{sentence} .  It was <mask> .', 'b1176cafc038'],
  ])('of the template %j is another one only where it is read otherwise than it once was', (template, key) => {
    expect(configurationKey(withTask({ template })).slice(0, 12)).toBe(key.slice(0, 12));
  });

  test('of a template with a line break in front of the mask is another one on decoders, which alone read it now', () => {
    const broken = withTask({ template: '{sentence}\n<mask>' });
    expect(configurationKeyOf(broken, 'decoder').slice(0, 12)).toBe('51d1c75d18c5');
  });

  test('does not say how texts were read; that is known of method, template, and what reads them', () => {
    const [method, template] = [{ method: 's-idpg' } as Trial['method'], '{sentence}\n<mask>'];
    const reader = { architecture: 'decoder', isByteLevel: true } as const;
    expect(readingOf({ method, template, ...reader })).toBe('2.2');
    expect(readingOf({ method, template, ...reader, isByteLevel: false })).toBe('2.1');
    expect(readingOf({ method, template: '{sentence} <mask>', ...reader })).toBe('2.1');
    // P-tuning v2 has a second revision: its texts are the same.
    for (const one of [method, { method: 'p-tuning-v2' } as Trial['method']]) {
      expect(readingOf({ method: one, template, architecture: 'encoder', isByteLevel: false })).toBe(FIRST_READING);
    }
  });

  test('changes on decoders alone with what the same settings come to there', () => {
    const source = `{ name: keys, tasks: [mr], regime: { fewShot: 32 }, dataSeeds: 13, methods: [s-idpg, lora] }`;
    const decoder = planOf(source, { ...FACTS, backbone: { ...FACTS.backbone, architecture: 'decoder' } });
    const isSame = planOf(source).trials.map(({ trial, trialKey: own, configurationKey: all }) => {
      const there = decoder.trials.find((one) => one.trial.method.method === trial.method.method);
      return [trial.method.method, [own === there?.trialKey, all === there?.configurationKey]];
    });
    // Before a decoder's final LayerNorm was in front of S-IDPG's network they were.
    expect(Object.fromEntries(isSame)).toEqual({ 's-idpg': [false, false], lora: [true, true] });
  });

  test.each<[string, Trial]>([
    ['the data seed', { ...lpt, dataSeed: 21 }],
    ['the training seed', { ...lpt, trainSeed: 2 }],
    ['the weights', { ...lpt, backbone: { ...lpt.backbone, fingerprint: 'weights-2' } }],
    ['the data', withTask({ data: { ...lpt.task.data, fingerprint: 'data-2' } })],
    ['the template', withTask({ template: '{sentence} . All in all <mask> .' })],
    ['a label word', withTask({ labelWords: { '0': 'bad', '1': 'great' } })],
    ['the metric', withTask({ metric: 'f1' })],
    ['the label that F1 is about', withTask({ positive: '0' })],
    ['the number of examples', { ...lpt, regime: { kind: 'few-shot', k: 64, devSize: 1000, testSize: null } }],
    ['whose number k is', { ...lpt, regime: { kind: 'per-class', k: 32, devSize: 1000, testSize: null } }],
    ['the dev size', { ...lpt, regime: { kind: 'few-shot', k: 32, devSize: 999, testSize: null } }],
    ['the test size', { ...lpt, regime: { kind: 'few-shot', k: 32, devSize: 1000, testSize: 5 } }],
    ['the method', { ...lpt, method: { method: 'prompt-tuning', promptLength: 5, initialisation: 'normal' } }],
    ['dropout in frozen layers', { ...lpt, training: { ...lpt.training, frozenDropout: true } }],
    ['the layer', { ...lpt, method: { ...lpt.method, insertionLayer: 7 } as Trial['method'] }],
    ...(
      ['steps', 'batchSize', 'learningRate', 'weightDecay', 'warmupFraction', 'clipNorm', 'evaluateEvery'] as const
    ).map((setting): [string, Trial] => [setting, { ...lpt, training: { ...lpt.training, [setting]: 0.5 } }]),
  ])('changes with %s', (_what, changed) => {
    expect(trialKey(changed)).not.toBe(trialKey(lpt));
  });

  test.each<[string, Trial]>([
    ["the backbone's folder and name", { ...lpt, backbone: { ...lpt.backbone, folder: '/elsewhere', name: 'copy' } }],
    // All trials of a sweep share it: another one is refused.
    ["the backbone's configuration and tokenizer", { ...lpt, backbone: { ...lpt.backbone, setup: 'setup-1' } }],
    ['where the files lie', withTask({ data: { ...lpt.task.data, files: { train: '/elsewhere.tsv' } } })],
    ['examples scored at a time', { ...lpt, training: { ...lpt.training, evaluationBatchSize: 1 } }],
    ['the order of the fields', Object.fromEntries(Object.entries(lpt).reverse()) as unknown as Trial],
    ['the order of the label words', withTask({ labelWords: { '1': 'great', '0': 'terrible' } })],
  ])('does not change with %s', (_what, changed) => {
    expect(trialKey(changed)).toBe(trialKey(lpt));
  });

  test('of a configuration is that of all its seeds', () => {
    expect(configurationKey({ ...lpt, dataSeed: 87, trainSeed: 9 })).toBe(configurationKey(lpt));
    expect(configurationKey({ ...lpt, training: { ...lpt.training, steps: 3 } })).not.toBe(configurationKey(lpt));
  });

  test('of zero-shot depends on its data seed alone, not on how others are trained', () => {
    const training = { ...zeroShot.training, learningRate: 0.5 };
    expect(trialKey({ ...zeroShot, trainSeed: 7, training })).toBe(trialKey(zeroShot));
    expect(trialKey({ ...zeroShot, dataSeed: 7 })).not.toBe(trialKey(zeroShot));
  });
});
