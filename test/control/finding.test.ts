import { describe, expect, test } from 'vitest';
import { describeConfiguration } from '../../control/configuration-words.ts';
import { describeFinding } from '../../control/finding.ts';
import type { ConfigurationMean, ScoredTrial } from '../../db/configurations.ts';

const configuration = (changes: Partial<ConfigurationMean>): ConfigurationMean => ({
  sweepId: 'id',
  sweep: 'demo',
  configurationKey: 'a',
  backbone: 'bert-base-uncased',
  task: 'mr',
  metric: 'accuracy',
  regime: 'few-shot',
  k: 32,
  method: 'lpt',
  insertionLayer: 9,
  insertionLayers: '9',
  promptLength: 5,
  generator: 'npg',
  bottleneck: 128,
  learningRate: 1e-3,
  batchSize: 8,
  n: 2,
  devMean: 0.7,
  devSd: 0.01,
  testMean: 0.69,
  testSd: 0.02,
  trainableParameters: 1,
  msPerStep: 1,
  peakMemoryMib: 1,
  isWhole: true,
  ...{ tokensPerMs: 1, forwardShare: 0.2, backwardShare: 0.5, evaluationShare: 0.1, waitingShare: 0.2 },
  ...changes,
});

const trial = (configurationKey: string, dataSeed: number, testScore: number): ScoredTrial => ({
  ...{ task: 'mr', regime: 'few-shot', k: 32, metric: 'accuracy' },
  method: configurationKey === 'zero' ? 'zero-shot' : 'lpt',
  configurationKey,
  dataSeed,
  trainSeed: 1,
  testScore,
});

/** Nothing tells it from others but what is said anyway. */
const ALONE = { apart: new Map<string, { name: string; value: string }[]>() };

const APART = new Map([
  ['a', Object.entries({ insertionLayer: '9', bottleneck: '128', learningRate: '0.005' }).map(named)],
  ['b', Object.entries({ promptLength: '5', generator: 'phm', learningRate: '0.005' }).map(named)],
]);
function named([name, value]: [string, string]): { name: string; value: string } {
  return { name, value };
}

describe('a configuration in words', () => {
  test('says once what tells it from others', () => {
    const prompt = configuration({});
    expect(describeConfiguration(prompt, APART)).toBe(
      'a prompt of length 5 after layer 9, made by npg (bottleneck 128, learningRate 0.005)',
    );
    expect(describeConfiguration(prompt, APART, ['learningRate'])).toMatch(/npg \(bottleneck 128\)$/);
    const other = configuration({ configurationKey: 'b', method: 's-idpg', generator: 'phm' });
    expect(describeConfiguration(other, APART)).toBe('s-idpg of length 5, generator phm, learningRate 0.005');
  });
});

describe('a finding', () => {
  test('names the configuration that is best on dev, and its difference to zero-shot on each seed', () => {
    const worse = configuration({ configurationKey: 'b', insertionLayer: 3, devMean: 0.6, testMean: 0.9 });
    const trials = [trial('a', 13, 0.7), trial('a', 21, 0.68), trial('zero', 13, 0.6), trial('zero', 21, 0.7)];
    const found = describeFinding([worse, configuration({})], trials, ALONE);
    expect(found).toContain(
      'a prompt of length 5 after layer 9, made by npg (bottleneck 128): test 69.0 ± 2.0 (2 seeds)',
    );
    // 0.70 − 0.60 and 0.68 − 0.70, in percentage points.
    expect(found).toContain('+10.0 on seed 13, −2.0 on seed 21');
    expect(found).toContain('not a significance');
  });

  test('claims nothing about steadiness from one seed', () => {
    const found = describeFinding(
      [configuration({ n: 1, testSd: null })],
      [trial('a', 13, 0.7), trial('zero', 13, 0.6)],
      ALONE,
    );
    expect(found).toContain('test 69.0 (1 seed)');
    expect(found).toContain('One data seed says nothing');
  });

  test('says so when there is nothing to hold it against', () => {
    expect(describeFinding([configuration({})], [trial('a', 13, 0.7)], ALONE)).toContain('no zero-shot trial');
    expect(describeFinding([configuration({})], [trial('a', 13, 0.7), trial('zero', 21, 0.6)], ALONE)).toContain(
      'cannot be compared',
    );
    expect(describeFinding([configuration({ method: 'zero-shot' })], [], ALONE)).toContain(
      'On mr (32) no LPT trial is complete',
    );
    expect(describeFinding([], [], ALONE)).toContain('No LPT trial is complete');
  });
});
