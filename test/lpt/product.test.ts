// The matrix product of the tile unit against sums in 64 bits, and against TensorFlow's own product in 32.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { linearInputGradient, linearProduct } from '../../lpt/linear.ts';
import { normals } from '../../lpt/random.ts';
import { loadTensorflow } from '../../runtime/tensorflow.ts';
import { expectNoLeak } from '../support/tensors.ts';

// Two threads: the sharing out is tested too.
await loadTensorflow({ threads: 2, device: 'cpu' });
const absent = (tf.getKernel('LptProduct', tf.getBackend()) as object | undefined) === undefined;
const reason = absent ? ' (skipped: this processor has no tile unit, so TensorFlow multiplies)' : '';

interface Matrix {
  values: Float32Array;
  rows: number;
  columns: number;
}

function random(name: string, rows: number, columns: number): Matrix {
  return { values: normals({ seed: 11, name }, rows * columns), rows, columns };
}

function tensor({ values, rows, columns }: Matrix): tf.Tensor2D {
  return tf.tensor2d(values, [rows, columns]);
}

/** Root mean square distance of x Wᵀ from its sums in 64 bits, `w` being [out, in]. */
function distance(product: Float32Array, x: Matrix, w: Matrix): number {
  let squares = 0;
  for (let row = 0; row < x.rows; row += 1) {
    for (let column = 0; column < w.rows; column += 1) {
      let sum = 0;
      for (let k = 0; k < x.columns; k += 1) {
        sum += (x.values[row * x.columns + k] ?? 0) * (w.values[column * w.columns + k] ?? 0);
      }
      squares += ((product[row * w.rows + column] ?? Number.NaN) - sum) ** 2;
    }
  }
  return Math.sqrt(squares / product.length);
}

function transposed({ values, rows, columns }: Matrix): tf.Tensor2D {
  return tf.tidy(() => tf.transpose(tf.tensor2d(values, [rows, columns])));
}

/** [rows, inner, columns]: the least that is not left to TensorFlow, odd ones, more than one task and one chunk of depth. */
const SHAPES: [number, number, number][] = [
  [32, 1, 1],
  [33, 31, 17],
  [65, 100, 70],
  [37, 800, 400],
];

describe.skipIf(absent)(`the product on the tile unit${reason}`, () => {
  test.each(SHAPES)('%i rows, %i deep, %i columns: closer to the exact sums than 32-bit arithmetic', (...shape) => {
    const [count, inner, width] = shape;
    const [x, w] = [random('x', count, inner), random('w', width, inner)];
    const straight = linearProduct(tensor(x), { transposedWeight: transposed(w) });
    const ours = linearProduct(tensor(x), { weight: tensor(w) });
    const plain = tf.matMul(tensor(x), tensor(w), false, true);
    const allowed = Math.max(distance(plain.dataSync<'float32'>(), x, w), 1e-7);
    expect(distance(ours.dataSync<'float32'>(), x, w)).toBeLessThanOrEqual(allowed);
    expect(straight.dataSync()).toEqual(ours.dataSync());
  });

  test('numbers of any size keep their 24 bits', () => {
    // 1 + 2⁻²³ is the next number after 1; the products with 2¹⁰⁰ and 2⁻⁶⁰ are exact.
    const next = 1 + 2 ** -23;
    const x = tf.tile(tf.tensor2d([[next, 0]]), [32, 1]);
    const weight = tf.tensor2d([
      [2 ** 100, 1],
      [-(2 ** -60), 1],
      [3, 1],
    ]);
    const product = linearProduct(x, { weight });
    expect(Array.from(product.dataSync().slice(0, 3))).toEqual([
      next * 2 ** 100,
      -next * 2 ** -60,
      Math.fround(3 * next),
    ]);
  });

  test('a row has the same bits whatever rows stand beside it', () => {
    const [x, w] = [random('x', 100, 96), random('w', 50, 96)];
    const layer = { weight: tensor(w) };
    const whole = linearProduct(tensor(x), layer).dataSync<'float32'>();
    const part = linearProduct(tf.slice(tensor(x), [60, 0], [40, 96]), layer).dataSync<'float32'>();
    expect(part).toEqual(whole.slice(60 * 50));
  });

  test('what is not a number in one row stays in that row', () => {
    const x = tf.tensor2d(
      new Float32Array(40 * 3).map((_, at) => (at === 3 ? Number.NaN : 1)),
      [40, 3],
    );
    const gradient = linearInputGradient(x, { weight: tf.ones([3, 4]) }).dataSync<'float32'>();
    expect(Array.from(gradient.slice(0, 12))).toEqual([3, 3, 3, 3, NaN, NaN, NaN, NaN, 3, 3, 3, 3]);
  });

  test('leaves no tensor behind, and refuses matrices that do not fit', async () => {
    const [x, layer] = [tensor(random('x', 40, 8)), { weight: tensor(random('w', 5, 8)) }];
    await expectNoLeak(() => linearProduct(x, layer).dispose(), 20);
    expect(() => linearInputGradient(x, layer)).toThrow('Expected input 1 to have the shape [8, 8], found [5, 8].');
  });
});
