import { describe, expect, test } from 'vitest';
import { estimate } from '../../sweep/cost.ts';
import { hiddenStatesMiB, databaseMiB } from '../../sweep/disk.ts';
import { type MeasuredTrial, Speeds } from '../../sweep/measured.ts';
import { FACTS, planOf } from '../support/trials.ts';

const SOURCE =
  '{ name: cost, tasks: [mr], regime: { fewShot: 32, devSize: 100 }, dataSeeds: 13, training: { steps: 40, batchSize: 8, evaluateEvery: 20 }, methods: [{ method: lpt, insertionLayer: [3, 9], promptLength: 6 }, lora] }';

/** A step of 2 GFLOP; ten of them in a trial of 20 GFLOP. */
function took(changes: Partial<MeasuredTrial>): MeasuredTrial {
  const step = { stepFlops: 2e9, flops: 20e9, msPerStep: 20, seconds: null, peakMemoryMiB: null };
  return { device: 'cpu', method: 'lpt', insertionLayer: 3, ...step, ...changes };
}

const [AT_3, AT_9, LORA] = ((): [Asked, Asked, Asked] => {
  const { trials } = planOf(SOURCE);
  const lpt = (layer: number): Asked => ({
    trial: trials.find(({ trial }) => trial.method.method === 'lpt' && trial.method.insertionLayer === layer)!.trial,
    insertionLayer: layer,
  });
  return [
    lpt(3),
    lpt(9),
    { trial: trials.find(({ trial }) => trial.method.method === 'lora')!.trial, insertionLayer: null },
  ];
})();
type Asked = Parameters<Speeds['of']>[0];

describe('the speed of earlier trials', () => {
  test('is the median of the same method and layer, then of the method, then of the backbone', () => {
    // 2 GFLOP in 20, 10 and 40 ms: 100, 200 and 50 GFLOP/s.
    const speeds = new Speeds([
      took({ msPerStep: 20 }),
      took({ msPerStep: 10 }),
      took({ msPerStep: 40 }),
      took({ insertionLayer: 6, msPerStep: 5 }),
      took({ insertionLayer: 6, msPerStep: 5 }),
      took({ insertionLayer: 6, msPerStep: 5 }),
      took({ insertionLayer: 6, msPerStep: 5 }),
    ]);
    expect(speeds.of(AT_3)).toMatchObject({ gflopsPerSecond: 100, basis: 'layer', trials: 3 });
    expect(speeds.of(AT_9)).toMatchObject({ gflopsPerSecond: 400, basis: 'method', trials: 7 });
    expect(speeds.of(LORA)).toMatchObject({ gflopsPerSecond: 400, basis: 'backbone', trials: 7 });
  });

  test('is assumed where nothing was timed: zero-shot trains no step', () => {
    const untrained = took({ method: 'zero-shot', stepFlops: 0, msPerStep: null });
    expect(new Speeds([untrained]).of(LORA)).toMatchObject({ gflopsPerSecond: 100, basis: 'assumed', trials: 0 });
    expect(new Speeds([]).of(AT_3).basis).toBe('assumed');
  });

  test('comes with what a trial takes beside its arithmetic', () => {
    // 20 GFLOP at 100 GFLOP/s are 0.2 s; of 1.2, 3.2 and 5.2 s there are 1, 3 and 5 beside it. One that went on tells nothing.
    const speeds = new Speeds([took({ seconds: 1.2 }), took({ seconds: 5.2 }), took({ seconds: 3.2 }), took({})]);
    expect(speeds.of(AT_3).overheadSeconds).toBeCloseTo(3, 9);
  });
});

describe('an estimate from measured trials', () => {
  test('is arithmetic at each trial’s own speed, its overhead, and the filling at the speed of the backbone', () => {
    const plan = planOf(SOURCE);
    const [lpt3, lpt9, lora] = ['lpt 3', 'lpt 9', 'lora'].map((name) =>
      plan.trials.find(
        ({ trial: { method } }) =>
          name === (method.method === 'lpt' ? `lpt ${String(method.insertionLayer)}` : method.method),
      )!,
    );
    // LPT at 3: 100 GFLOP/s and 1 s. LPT at 9 takes LPT's median, LoRA the backbone's, both of the same two: the upper, 100.
    const measured = [took({ seconds: 1.2 }), took({ insertionLayer: 6, msPerStep: 40, seconds: 1.4 })];
    const found = estimate(plan, FACTS, new Speeds(measured));
    // Of 100 GFLOP/s: 1.2 − 0.2 = 1 s and 1.4 − 0.2 = 1.2 s beside; the upper one is 1.2.
    const expected =
      lpt3!.flops / 1e11 + 1 + lpt9!.flops / 1e11 + 1.2 + lora!.flops / 1e11 + 1.2 + found.cacheFlops / 1e11;
    expect(found.seconds).toBeCloseTo(expected, 9);
    expect(found.bases).toEqual([
      { basis: 'layer', trials: 1 },
      { basis: 'method', trials: 1 },
      { basis: 'backbone', trials: 1 },
      { basis: 'assumed', trials: 0 },
    ]);
  });

  test('tells the most memory that such trials took', () => {
    const measured = [
      took({ peakMemoryMiB: 900 }),
      took({ peakMemoryMiB: 1100 }),
      took({ method: 'full-tuning', peakMemoryMiB: 9000 }),
    ];
    expect(estimate(planOf(SOURCE), FACTS, new Speeds(measured)).measuredMemoryMiB).toBe(1100);
    expect(estimate(planOf(SOURCE), FACTS).measuredMemoryMiB).toBeNull();
  });
});

describe('disk', () => {
  const one = planOf(SOURCE.replace(', lora', '')).trials;

  test('in Postgres is weights, curves, predictions and the trials themselves', () => {
    // LPT without generator: 6 · 768 numbers. Three curves of 40 steps, dev at 20 and 40; 400 test examples.
    const each = 12_000 + 4 * 6 * 768 + 130 * (3 * 40 + 2) + 4 * 400;
    expect(databaseMiB(one, FACTS)).toBeCloseTo((2 * each) / 2 ** 20, 9);
  });

  test('of hidden states is each layer once for a draw, and the test examples once', () => {
    // Layers 3 and 9 of 32 + 100 + 400 examples with 24 tokens of 768 numbers.
    expect(hiddenStatesMiB(one, FACTS)).toBeCloseTo((4 * 2 * 532 * 24 * 768) / 2 ** 20, 9);
    const twice = planOf(SOURCE.replace(', lora', '').replace('dataSeeds: 13', 'dataSeeds: [13, 21]')).trials;
    expect(hiddenStatesMiB(twice, FACTS)).toBeCloseTo((4 * 2 * (2 * 132 + 400) * 24 * 768) / 2 ** 20, 9);
  });

  test('is not taken by weights that are too large to be kept', () => {
    const full = planOf(SOURCE.replace(/methods: .*/, 'methods: [full-tuning] }')).trials;
    expect(databaseMiB(full, FACTS)).toBeLessThan(1);
  });
});
