import { describe, expect, test } from 'vitest';
import { trialArithmetic } from '../../sweep/arithmetic.ts';
import { estimate } from '../../sweep/cost.ts';
import type { SweepFacts } from '../../sweep/facts.ts';
import { countBackbone } from '../../sweep/methods/full-tuning.ts';
import { FACTS, planOf } from '../support/trials.ts';

const MR = FACTS.tasks['mr']!;
const METHODS =
  '[zero-shot, full-tuning, { method: prompt-tuning, promptLength: 6 }, { method: lpt, insertionLayer: [3, 9], promptLength: 6 }]';
const SOURCE = `{ name: cost, tasks: [mr], regime: { fewShot: 32, devSize: 100 }, dataSeeds: 13, training: { steps: 40, batchSize: 8, evaluateEvery: 20 }, methods: ${METHODS} }`;

describe('the cost model', () => {
  test('counts layer-forwards a step: 3L, 2L, 2(L − k), and none without training', () => {
    const { trials } = planOf(SOURCE);
    const layers = trials.map(({ trial }) => trialArithmetic(trial, FACTS.backbone, MR).layerForwardsPerStep);
    // In running order: zero-shot, prompt tuning, LPT at 3 and 9, full tuning; L = 12.
    expect(layers).toEqual([0, 24, 18, 6, 36]);
    expect(estimate(planOf(SOURCE), FACTS).layerForwards).toBe(40 * (24 + 18 + 6 + 36));
  });

  test('gives the arithmetic of a step as worked out by hand', () => {
    // A backbone of 2 layers, D = 4, I = 8, V = 10; 3 tokens and a prompt of 1 make 4 positions; LPT at layer 1, batch 2.
    // A layer: 4 · (8·16 + 4·4·8 + 4·4·4) = 4 · 320 = 1280. The head: 2·4·(4 + 10) = 112.
    // Two passes through one layer and the head for two examples: 2 · (2·1280 + 2·112) = 5568.
    const size = { layers: 2, hiddenSize: 4, heads: 1, intermediateSize: 8, vocabularySize: 10, maxPositions: 16 };
    const facts: SweepFacts = {
      backbone: { ...FACTS.backbone, ...size },
      tasks: { mr: { ...MR, meanTokens: 3, testExamples: 5 } },
    };
    const source =
      '{ name: cost, tasks: [mr], regime: { fewShot: 8, devSize: 10 }, dataSeeds: 13, training: { steps: 3, batchSize: 2, evaluateEvery: 2 }, methods: [{ method: lpt, insertionLayer: 1, promptLength: 1 }] }';
    const plan = planOf(source, facts);
    expect(plan.trials[0]!.stepFlops).toBe(5568);
    // Dev is scored at step 2 and at the last, test once: 25 examples of 1280 + 112.
    expect(plan.trials[0]!.flops).toBe(3 * 5568 + 25 * 1392);
    // Filling: 8 + 10 + 5 examples through one layer of 3 · (256 + 48) = 912.
    expect(estimate(plan, facts).cacheFlops).toBe(23 * 912);
  });

  test('counts the examples of every class, as many for dev, and both test sets', () => {
    const facts: SweepFacts = { ...FACTS, tasks: { mr: { ...MR, mismatchedExamples: 100 } } };
    const perClass = (regime: string) =>
      estimate(planOf(SOURCE.replace('fewShot: 32, devSize: 100', regime), facts), facts).cacheFlops;
    // 2 classes × 16 for training and for dev, and 400 + 100 tests; against 32 + 100 and the same.
    expect(perClass('perClass: 16') / perClass('fewShot: 32, devSize: 100')).toBeCloseTo(564 / 632, 9);
    // 50 of each test.
    expect(perClass('perClass: 16, testSize: 50') / perClass('perClass: 16')).toBeCloseTo(164 / 564, 9);
  });

  test('counts what each method leaves untouched, and what dropout makes anew', () => {
    const stepOf = (method: string, training = '') => {
      const source = `{ name: cost, tasks: [mr], regime: { fewShot: 32 }, dataSeeds: 13, methods: [${method}], training: { ${training} } }`;
      return trialArithmetic(planOf(source).trials[0]!.trial, FACTS.backbone, MR).layerForwardsPerStep;
    };
    // L = 12: adapters 2L; AdapterDrop 2(L − n); two layers 2(L − lowest); a probe of the last layer's output none.
    expect(stepOf('adapter')).toBe(24);
    expect(stepOf('{ method: adapter-drop, droppedLayers: 5 }')).toBe(14);
    expect(stepOf('{ method: lpt, insertionLayer: [[4, 9]] }')).toBe(16);
    expect(stepOf('linear-probe')).toBe(0);
    // With dropout nothing below can be kept: k + 2(L − k), and S-IDPG reads the last layer: L + 2L.
    expect(stepOf('{ method: lpt, insertionLayer: 4 }', 'frozenDropout: true')).toBe(4 + 16);
    expect(stepOf('s-idpg', 'frozenDropout: true')).toBe(12 + 24);
    expect(stepOf('full-tuning', 'frozenDropout: true')).toBe(36);
  });

  test('counts the layers below where a training set is too large to be kept, and keeps dev and test alone', () => {
    // 24 tokens of 768 numbers of 4 bytes: 1 GiB is 14,563 examples.
    const withTraining = (examples: number) => {
      const facts: SweepFacts = { ...FACTS, tasks: { mr: { ...MR, classes: { '0': examples, '1': 100 } } } };
      const source = `{ name: cost, tasks: [mr], regime: { full: true, devSize: 100 }, dataSeeds: 13, methods: [{ method: lpt, insertionLayer: 4 }] }`;
      const plan = planOf(source, facts);
      const { layerForwardsPerStep } = trialArithmetic(plan.trials[0]!.trial, facts.backbone, facts.tasks['mr']!);
      return { ...estimate(plan, facts), layerForwardsPerStep, warnings: plan.warnings };
    };
    const [kept, tooMany] = [withTraining(14_563), withTraining(14_564)];
    expect(kept.layerForwardsPerStep).toBe(16);
    expect(kept.warnings).toEqual([]);
    expect(tooMany.layerForwardsPerStep).toBe(4 + 16);
    expect(tooMany.warnings).toEqual([
      'Task mr (full): hidden states of 14,564 training examples take more than 1,024 MiB and are not kept: the layers below a prompt run anew in every step of 1 trial.',
    ]);
    expect(tooMany.cacheFlops / kept.cacheFlops).toBeCloseTo(500 / (14_563 + 500), 9);
    expect(tooMany.hiddenStatesMiB / kept.hiddenStatesMiB).toBeCloseTo(500 / (14_563 + 500), 9);
    // What is at hand while it trains counts in memory: 1 GiB but half an example.
    expect(kept.memoryMiB - tooMany.memoryMiB).toBeGreaterThan(1000);
  });

  test('turns arithmetic into seconds at an assumed speed where nothing was measured, and says so', () => {
    const plan = planOf(SOURCE);
    const assumed = estimate(plan, FACTS);
    // 100 GFLOP/s.
    expect(assumed.seconds).toBeCloseTo(assumed.flops / 1e11, 9);
    expect(assumed.bases.filter(({ trials }) => trials > 0)).toEqual([{ basis: 'assumed', trials: 5 }]);
    expect(assumed.byMethod.map(({ method, trials }) => [method, trials])).toEqual([
      ['zero-shot', 1],
      ['prompt-tuning', 1],
      ['lpt', 2],
      ['full-tuning', 1],
    ]);
    const spent = assumed.byMethod.reduce((sum, { flops }) => sum + flops, assumed.cacheFlops);
    expect(spent).toBeCloseTo(assumed.flops, -3);
  });

  test('fills the cache once for trials that share it', () => {
    const one = estimate(planOf(SOURCE), FACTS).cacheFlops;
    const longer = SOURCE.replace('promptLength: 6 }]', 'promptLength: [6, 7, 8] }]');
    expect(estimate(planOf(longer), FACTS).cacheFlops).toBe(one);
  });

  test('expects more memory of full tuning than of LPT', () => {
    const lptOnly = SOURCE.replace(' full-tuning,', '');
    expect(estimate(planOf(SOURCE), FACTS).memoryMiB).toBeGreaterThan(
      estimate(planOf(lptOnly), FACTS).memoryMiB + 1000,
    );
  });

  test('counts of full tuning, in memory, the frozen weights, those it trains, two moments, and the best with new ones beside', () => {
    const memoryOf = (method: string) => estimate(planOf(SOURCE.replace(METHODS, `[${method}]`)), FACTS).memoryMiB;
    const weights = countBackbone(FACTS.backbone) * 4;
    // Of a step: gradients, and of the largest variable new values and moments.
    const [gradients, updated] = [weights, 3 * 4 * 30_522 * 768];
    const more = (5 * weights + gradients + updated) / 2 ** 20;
    expect(memoryOf('full-tuning') - memoryOf('zero-shot')).toBeGreaterThan(more);
    expect(memoryOf('full-tuning') - memoryOf('zero-shot')).toBeLessThan(1.3 * more);
  });

  test('counts the encoded examples in memory: their ids, and 320 bytes beside', () => {
    const alone = SOURCE.replace(METHODS, '[zero-shot]');
    const withTests = (testExamples: number) => {
      const facts: SweepFacts = { ...FACTS, tasks: { mr: { ...MR, meanTokens: 50, testExamples } } };
      return estimate(planOf(alone, facts), facts).memoryMiB;
    };
    // 2^20 examples of 4 · 50 + 320 bytes.
    expect(withTests(2 ** 20 + 400) - withTests(400)).toBe(520);
  });

  test('counts the embeddings in memory at their own width', () => {
    const alone = SOURCE.replace(METHODS, '[zero-shot]');
    const withEmbeddings = (embeddingSize: number) => {
      const facts: SweepFacts = { ...FACTS, backbone: { ...FACTS.backbone, embeddingSize } };
      return estimate(planOf(alone, facts), facts).memoryMiB;
    };
    // 30,522 words, 512 positions and 2 types, 640 numbers narrower: 76 MiB; and a projection of 128 to 768 more.
    const saved = withEmbeddings(768) - withEmbeddings(128);
    expect(saved).toBeGreaterThan(70);
    expect(saved).toBeLessThan(80);
  });
});
