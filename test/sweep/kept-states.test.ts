import { describe, expect, test } from 'vitest';
import { keptStates } from '../../cli/kept-states.ts';
import { parseSweep } from '../../sweep/parse.ts';
import { hiddenStatesMiB } from '../../sweep/disk.ts';
import type { SweepFacts } from '../../sweep/facts.ts';
import { FACTS, planOf } from '../support/trials.ts';

function trialsOf(methods: string, more = 'dataSeeds: 13') {
  const source = `{ name: kept, tasks: [mr], regime: { fewShot: 32, devSize: 100 }, ${more}, methods: ${methods} }`;
  return { source, trials: planOf(source).trials };
}
const LPT = '[{ method: lpt, insertionLayer: [3, 9], promptLength: [1, 5] }, { method: prompt-tuning }]';
/** One example at one layer: 24 tokens of 768 numbers of 4 bytes. */
const ONE = (24 * 768 * 4) / 2 ** 20;

describe('the hidden states that trials share', () => {
  test('are those of draw and test at each layer that is read, once', () => {
    // 32 + 100 drawn and 400 tests, at layers 3 and 9; embeddings are never kept.
    expect(hiddenStatesMiB(trialsOf(LPT).trials, FACTS)).toBeCloseTo(2 * (132 + 400) * ONE, 9);
  });

  test('are drawn anew for each data seed, and tested once', () => {
    const { trials } = trialsOf(LPT, 'dataSeeds: [13, 21], trainSeeds: [1, 2]');
    expect(hiddenStatesMiB(trials, FACTS)).toBeCloseTo(2 * (2 * 132 + 400) * ONE, 9);
  });

  test('are of the last layer what is read: two vectors a text in an encoder, one in a decoder', () => {
    const { trials } = trialsOf('[linear-probe]');
    const vector = (768 * 4) / 2 ** 20;
    expect(hiddenStatesMiB(trials, FACTS)).toBeCloseTo((132 + 400) * 2 * vector, 9);
    const decoder: SweepFacts = { ...FACTS, backbone: { ...FACTS.backbone, architecture: 'decoder' } };
    expect(hiddenStatesMiB(trials, decoder)).toBeCloseTo((132 + 400) * vector, 9);
  });

  test('are none where all methods start at the embeddings', () => {
    expect(hiddenStatesMiB(trialsOf('[prompt-tuning, zero-shot]').trials, FACTS)).toBe(0);
  });
});

describe('before a sweep starts', () => {
  const said = (methods: string, hiddenStatesDiskMiB: number) => {
    const { source } = trialsOf(methods);
    const planned = { spec: parseSweep(source), facts: FACTS, plan: planOf(source) };
    return keptStates(planned, { cacheFolder: '/c', hiddenStatesDiskMiB });
  };

  test('their size, their place and the limit are said', () => {
    expect(said(LPT, 8192)).toBe(
      'The trials share about 75 MiB of hidden states; a worker here keeps up to 8,192 MiB on disk, in /c/hidden-states (LPT_SWEEP_HIDDEN_STATES).',
    );
  });

  test('it is said when the limit is too small for them, or takes the disk away', () => {
    expect(said(LPT, 50)).toMatch(/up to 50 MiB on disk.*That is less: some are computed more than once\.$/);
    expect(said(LPT, 0)).toMatch(/kept in memory alone/);
  });

  test('nothing is said where there are none', () => {
    expect(said('[prompt-tuning]', 8192)).toBeNull();
  });
});

test('trials that share hidden states run one after another', () => {
  const { trials } = trialsOf(LPT, 'dataSeeds: [13, 21], trainSeeds: [1, 2]');
  const seeds = trials.map(({ trial }) => trial.dataSeed);
  // Whatever the method, layer or training seed: all trials of one draw, then all of the next.
  expect(seeds).toEqual(seeds.toSorted((one, other) => one - other));
  expect(new Set(seeds).size).toBe(2);
});
