import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TrainedVariable } from '../../lpt/trained.ts';
import { normals } from '../../lpt/random.ts';
import { loadTensorflow } from '../../runtime/tensorflow.ts';
import { clipped } from '../../training/clipping.ts';
import { AdamW } from '../../training/optimizer.ts';
import { plainly } from '../support/plainly.ts';
import { expectClose } from '../support/tensors.ts';

beforeAll(() => loadTensorflow({ threads: 1, device: 'cpu' }));

function trained(name: string, values: number[], decays: boolean): TrainedVariable {
  return { name, variable: tf.variable(tf.tensor1d(values), true, `test/${name}`), decays };
}

/** Learning rate 0.1. */
function step(optimizer: AdamW, at: number, gradients: Record<string, number[]>): void {
  tf.tidy(() => {
    const tensors = Object.fromEntries(Object.entries(gradients).map(([name, values]) => [name, tf.tensor1d(values)]));
    optimizer.apply({ gradients: tensors, clipNorm: 1e9, learningRate: 0.1, step: at });
  });
}

describe('AdamW', () => {
  test('two steps are those worked out by hand', () => {
    const weight = trained('weight', [1], true);
    const optimizer = new AdamW([weight], 0.5);
    // Step 1, lr 0.1, decay 0.5, g = 2: w ← 1 · (1 − 0.05) = 0.95; m = 0.2, v = 0.004;
    // m̂ = 0.2 / 0.1 = 2, v̂ = 0.004 / 0.001 = 4, w ← 0.95 − 0.1 · 2 / (2 + 1e-8) = 0.85.
    step(optimizer, 1, { weight: [2] });
    expect(weight.variable.dataSync()[0]).toBeCloseTo(0.85, 6);
    // Step 2, g = −1: w ← 0.85 · 0.95 = 0.8075; m = 0.9 · 0.2 − 0.1 = 0.08, v = 0.999 · 0.004 + 0.001 = 0.004996;
    // m̂ = 0.08 / 0.19 = 0.4210526, v̂ = 0.004996 / 0.001999 = 2.4992496, √v̂ = 1.5808999;
    // w ← 0.8075 − 0.1 · 0.4210526 / 1.5808999 = 0.8075 − 0.0266337 = 0.7808663.
    step(optimizer, 2, { weight: [-1] });
    expect(weight.variable.dataSync()[0]).toBeCloseTo(0.7808663, 6);
    optimizer.dispose();
    weight.variable.dispose();
  });

  test('ten steps are those of torch.optim.AdamW as its plain operations have it, for every shape', () => {
    const run = (): Float32Array[] => {
      const shapes = [[], [5], [3, 7], [41, 900]];
      const variables = shapes.map((shape, index): TrainedVariable => {
        const count = shape.reduce((product, length) => product * length, 1);
        const variable = tf.variable(tf.tensor(normals({ seed: 1, name: `v${index}` }, count), shape));
        return { name: `v${index}`, variable, decays: index % 2 === 1 };
      });
      const optimizer = new AdamW(variables, 0.1);
      for (let at = 1; at <= 10; at += 1) {
        const gradients = Object.fromEntries(
          variables.map(({ name, variable: { shape, size } }) => {
            return [name, tf.tensor(normals({ seed: at, name: `g${name}` }, size), shape)];
          }),
        );
        optimizer.apply({ gradients, clipNorm: 0.3, learningRate: 1e-2, step: at });
      }
      return variables.map(({ variable }) => variable.dataSync<'float32'>().slice());
    };
    tf.tidy(() => {
      const fused = run();
      const plain = plainly(run);
      for (const [index, values] of plain.entries()) expectClose(tf.tensor1d(fused[index]!), values, 1e-6);
    });
  });

  test('biases and LayerNorm do not decay', () => {
    const bias = trained('bias', [1], false);
    const optimizer = new AdamW([bias], 0.5);
    step(optimizer, 1, { bias: [0] });
    expect(bias.variable.dataSync()[0]).toBe(1);
    optimizer.dispose();
    bias.variable.dispose();
  });

  test('a variable without a gradient is an error, not a variable that stays', () => {
    const lonely = trained('lonely', [1], false);
    const optimizer = new AdamW([lonely], 0);
    expect(() => step(optimizer, 1, {})).toThrow('Expected a gradient for lonely');
    optimizer.dispose();
    lonely.variable.dispose();
  });

  test('steps leave no tensors behind', () => {
    const weight = trained('weight', [1, 2], true);
    const optimizer = new AdamW([weight], 0.1);
    step(optimizer, 1, { weight: [1, 1] });
    const before = tf.memory().numTensors;
    for (let at = 2; at <= 20; at++) step(optimizer, at, { weight: [1, -1] });
    expect(tf.memory().numTensors).toBe(before);
    optimizer.dispose();
    weight.variable.dispose();
    expect(tf.memory().numTensors).toBe(before - 3);
  });
});

describe('clipping', () => {
  test('gradients longer than the limit are brought to it, as one vector', () => {
    for (const way of [<Result>(compute: () => Result) => compute(), plainly]) {
      tf.tidy(() => {
        const gradients = [tf.tensor1d([3, 0]), tf.tensor2d([[4]])]; // √(9 + 16)
        const { norm, clip } = way(() => clipped(gradients, 1));
        expect(norm.dataSync()[0]).toBeCloseTo(5, 6);
        expect(clip.dataSync()[0]).toBeCloseTo(0.2, 6);
        expect(way(() => clipped(gradients, 6)).clip.dataSync()[0]).toBe(1);
      });
    }
  });

  test('the norm of many numbers is right to the last digits, and one that is none makes it none', () => {
    tf.tidy(() => {
      const values = normals({ seed: 3, name: 'many' }, 100_000);
      const exact = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
      const found = clipped([tf.tensor2d(values, [100, 1000]), tf.scalar(0)], 1).norm.dataSync()[0]!;
      expect(Math.abs(found / exact - 1)).toBeLessThan(1e-6);
      expect(clipped([tf.tensor1d([1, Number.NaN])], 1).norm.dataSync()[0]).toBeNaN();
    });
  });
});
