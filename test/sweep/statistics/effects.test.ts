import { describe, expect, test } from 'vitest';
import { summarise } from '../../../sweep/statistics/effect-summary.ts';
import { effectsOf, type EffectTrial } from '../../../sweep/statistics/effects.ts';
import { importanceOf } from '../../../sweep/statistics/importance.ts';

/** Layers × lengths × seeds; layers 6 and 7 differ by noise alone, layer 3 lies far below, length adds a little. */
function grid(seeds: string[]): EffectTrial[] {
  const noise = [0.002, -0.003, 0.001, 0.003, -0.001];
  return seeds.flatMap((seed, s) =>
    ['3', '6', '7', '10'].flatMap((insertionLayer, l) =>
      ['5', '20'].map((promptLength) => ({
        settings: { insertionLayer, promptLength, generator: 'npg' },
        seed,
        score: (insertionLayer === '3' ? 0.6 : 0.8) + (promptLength === '20' ? 0.01 : 0) + noise[(s + 2 * l) % 5]!,
        isWhole: true,
      })),
    ),
  );
}

describe('effects', () => {
  test('are marginal means with what is within noise of the best, in order of value', () => {
    const found = effectsOf(grid(['13', '21', '42', '87', '100']));
    expect(found.settings.map(({ setting }) => setting)).toEqual(['insertionLayer', 'promptLength']);
    const [layers, lengths] = found.settings;
    expect(layers!.levels.map(({ value, isWithinNoise }) => [value, isWithinNoise])).toEqual([
      ['3', false],
      ['6', true],
      ['7', true],
      ['10', true],
    ]);
    // 0.6 and half of the length's 0.01; the noise of five seeds sums to 0.002.
    expect(layers!.levels[0]!.mean).toBeCloseTo(0.6054, 12);
    expect(lengths!.best).toBe('20');
    expect(found.region).toMatchObject({ insertionLayer: ['6', '7', '10'] });
    const summary = summarise(found).join('\n');
    expect(summary).toContain('insertionLayer: 6 to 10 are within noise of the best');
    expect(summary).toContain('3 is worse (p < 0.05, Holm) (5 seeds).');
    expect(found.importance.importances![0]).toMatchObject({ settings: ['insertionLayer'] });
  });

  test('hold levels against each other on what both were tried with, whatever company one of them had', () => {
    const at = (insertionLayer: string, promptLength: string, scores: number[]): EffectTrial[] =>
      scores.map((score, seed) => ({
        ...{ settings: { insertionLayer, promptLength }, seed: String(seed), score, isWhole: true },
      }));
    // Layer 9 was never tried with the bad length 1; with length 5 it is 4 points behind on each seed.
    const found = effectsOf([
      ...at('6', '1', [0.6, 0.61, 0.62, 0.6, 0.61]),
      ...at('6', '5', [0.84, 0.85, 0.83, 0.84, 0.85]),
      ...at('9', '5', [0.8, 0.809, 0.791, 0.8, 0.811]),
    ]);
    const [layers] = found.settings;
    expect(layers!.levels.map(({ mean }) => mean > 0.75)).toEqual([false, true]);
    expect(layers).toMatchObject({ best: '6', levels: [{ isWithinNoise: true }, { isWithinNoise: false }] });
    expect(summarise(found).join('\n')).toContain('insertionLayer: 6 is ahead; 9 is worse (p < 0.05, Holm)');
  });

  test('do not list the best among those of which it cannot be told how far they are behind it', () => {
    const at = (insertionLayer: string, seed: string, score: number): EffectTrial => ({
      ...{ settings: { insertionLayer }, seed, score, isWhole: true },
    });
    const summary = summarise(effectsOf([at('3', '13', 0.6), at('6', '21', 0.8), at('9', '42', 0.7)])).join('\n');
    expect(summary).toContain('insertionLayer: 6 is ahead; of 3, 9 it cannot be told.');
  });

  test('of one seed claim nothing of noise', () => {
    const found = effectsOf(grid(['13']));
    expect(found.settings[0]!.levels.every(({ interval }) => interval === null)).toBe(true);
    expect(found.region['insertionLayer']).toEqual([]);
    expect(summarise(found).join()).toContain('one seed; that says nothing of the noise');
    expect(summarise(effectsOf([]))).toEqual(['No trial is complete yet: nothing is known of any setting.']);
  });
});

describe('effects of a sweep of which trials were stopped early', () => {
  const trial = (insertionLayer: string, seed: string, [score, isWhole]: [number, boolean]): EffectTrial => ({
    ...{ settings: { insertionLayer }, seed, score, isWhole },
  });
  /** Layer 9 was stopped on seed 21, where it was bad. */
  const stopped = [trial('6', '13', [0.7, true]), trial('6', '21', [0.6, true]), trial('9', '13', [0.8, false])];

  test('call a setting that is whole the best on dev, and say which means are too good', () => {
    const found = effectsOf(stopped);
    expect(found.best).toMatchObject({ values: { insertionLayer: '6' }, seeds: 2 });
    expect(found.best!.mean).toBeCloseTo(0.65, 12);
    expect(summarise(found).join('\n')).toContain(
      '1 trial is of configurations of which other seeds were stopped early or diverged: means with them are too good. The best on dev is one of which no trial was stopped early or diverged, where there is one.',
    );
  });

  test('call the best of what is left the best where nothing is whole', () => {
    const found = effectsOf(stopped.map((one) => ({ ...one, isWhole: false })));
    expect(found.best).toMatchObject({ values: { insertionLayer: '9' }, mean: 0.8, seeds: 1 });
  });
});

describe('importance', () => {
  const cell = (a: string, b: string, score: number) => ({ values: { a, b }, score });

  test('divides the variance exactly among settings and pairs of them', () => {
    // a adds ±2, b adds ±1, both together ±1: variances 4, 1 and 1 of 6.
    const cells = [cell('0', '0', -2), cell('0', '1', -2), cell('1', '0', 0), cell('1', '1', 4)];
    expect(
      importanceOf(cells, ['a', 'b']).importances!.map(({ settings, share }) => [
        settings.join(),
        Number(share.toFixed(12)),
      ]),
    ).toEqual([
      ['a', Number((4 / 6).toFixed(12))],
      ['b', Number((1 / 6).toFixed(12))],
      ['a,b', Number((1 / 6).toFixed(12))],
    ]);
  });

  test('fills a missing cell from the effects of its settings, and says so', () => {
    const cells = [cell('0', '0', 1), cell('0', '1', 2), cell('1', '0', 3)];
    const found = importanceOf(cells, ['a', 'b']);
    // The fourth would be 4: nothing beyond the two effects, of variance 1 and 0.25.
    expect(found).toMatchObject({ filled: 1, cells: 4 });
    expect(found.importances![0]!.share).toBeCloseTo(0.8, 6);
  });

  test('is not told of a grid that is mostly empty, or flat', () => {
    const sparse = [cell('0', '0', 1), cell('1', '1', 2), cell('2', '2', 3)];
    expect(importanceOf(sparse, ['a', 'b']).why).toContain('3 of the grid’s 9 cells'.replace('’', "'"));
    expect(importanceOf([cell('0', '0', 1), cell('1', '0', 1)], ['a', 'b']).why).toContain('the same score');
    // The mean of three times 0.7 is not 0.7, in binary fractions.
    const alike = ['0', '1', '2'].map((layer) => cell(layer, '0', 0.7));
    expect(importanceOf(alike, ['a', 'b']).why).toContain('the same score');
  });
});
