// One position of each packed sequence asks, and rows are gathered: the addon's kernels against plain loops.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { loadTensorflow } from '../../runtime/tensorflow.ts';
import { expectEach, fused, random, rows, softmax, startsOf, sum } from '../support/packed.ts';
import { expectNoLeak } from '../support/tensors.ts';

// Two threads: the sharing out is tested too.
const { note } = await loadTensorflow({ threads: 2, device: 'cpu' });
const absent = (tf.getKernel('LptPool', tf.getBackend()) as object | undefined) === undefined;
const reason = absent ? ` (skipped: ${note ?? 'the addon has none'})` : '';

const LENGTHS = [1, 7, 37, 0, 16, 3, 50];

function pool({ lengths, heads, width }: { lengths: number[]; heads: number; width: number }) {
  const starts = startsOf(lengths);
  return {
    sought: random<tf.Rank.R3>('sought', [lengths.length, heads, width]),
    rows: rows('rows', starts.at(-1)!, width), // [N, D]
    starts: tf.tensor1d(starts, 'int32'),
    gradient: random<tf.Rank.R3>('gradient', [lengths.length, heads, width]),
    scale: 0.3,
  };
}

type Pool = ReturnType<typeof pool>;

function answers({ gradient, scale, ...inputs }: Pool) {
  const [probabilities, pooled] = fused('LptPool', inputs, { scale }) as [tf.Tensor1D, tf.Tensor3D];
  const backward = { gradient, ...inputs, probabilities };
  const [toRows, toSought] = fused('LptPoolGradient', backward, { scale }) as [tf.Tensor2D, tf.Tensor3D];
  return { probabilities, pooled, toRows, toSought };
}

/** The same in loops, number by number. */
function expected({ sought, rows, starts, gradient, scale }: Pool) {
  const [batch, heads, width] = sought.shape;
  const [s, x, g, from] = [sought.dataSync(), rows.dataSync(), gradient.dataSync(), starts.dataSync()];
  const toRows = new Float64Array(x.length);
  const [pooled, toSought] = [new Float64Array(s.length), new Float64Array(s.length)];
  const probabilities: number[] = [];
  for (let asking = 0; asking < batch * heads; asking += 1) {
    const [first, sequence] = [asking * width, Math.floor(asking / heads)];
    const places = Array.from(
      { length: from[sequence + 1]! - from[sequence]! },
      (_, row) => (from[sequence]! + row) * width,
    );
    const shares = softmax(places.map((place) => scale * sum(width, (c) => s[first + c]! * x[place + c]!)));
    const toShares = places.map((place) => sum(width, (c) => g[first + c]! * x[place + c]!));
    const along = sum(shares.length, (row) => shares[row]! * toShares[row]!);
    probabilities.push(...shares);
    for (const [row, place] of places.entries()) {
      const toScore = shares[row]! * (toShares[row]! - along) * scale;
      for (let c = 0; c < width; c += 1) {
        pooled[first + c]! += shares[row]! * x[place + c]!;
        toSought[first + c]! += toScore * x[place + c]!;
        toRows[place + c]! += shares[row]! * g[first + c]! + toScore * s[first + c]!;
      }
    }
  }
  return { probabilities, pooled, toRows, toSought };
}

describe.skipIf(absent)(`pooling of packed rows${reason}`, () => {
  test.each([
    [1, 1],
    [3, 37],
    [12, 96],
    [17, 64],
  ])('%i heads over rows of %i: probabilities, means and gradients are those of plain loops', (heads, width) => {
    const given = pool({ lengths: LENGTHS, heads, width });
    expectEach(answers(given), expected(given));
  });

  test('a sequence has the same bits alone and beside others, one of which is no number', () => {
    for (const width of [37, 64]) {
      const given = pool({ lengths: LENGTHS, heads: 3, width });
      const broken = tf.reshape(tf.where(tf.less(tf.range(0, 114), 8), Number.NaN, 0), [114, 1]);
      const together = answers({ ...given, rows: tf.add(given.rows, broken) });
      expect(together.pooled.dataSync()[0]).toBeNaN();
      const third = (tensor: tf.Tensor3D) => tf.slice(tensor, [2, 0, 0], [1, -1, -1]);
      const own = (tensor: tf.Tensor2D) => tf.slice(tensor, [8, 0], [37, -1]);
      const alone = answers({
        sought: third(given.sought),
        rows: own(given.rows),
        starts: tf.tensor1d([0, 37], 'int32'),
        gradient: third(given.gradient),
        scale: given.scale,
      });
      expect(own(together.toRows).dataSync()).toEqual(alone.toRows.dataSync());
      expect(third(together.pooled).dataSync()).toEqual(alone.pooled.dataSync());
      expect(third(together.toSought).dataSync()).toEqual(alone.toSought.dataSync());
    }
  });

  test('a sequence without rows has means and gradients of 0', () => {
    const { pooled, toSought } = answers(pool({ lengths: [0], heads: 2, width: 5 }));
    expect([...pooled.dataSync(), ...toSought.dataSync()]).toEqual(new Array(20).fill(0));
  });

  test('nothing is left behind', async () => {
    const given = pool({ lengths: [5, 9], heads: 2, width: 8 });
    await expectNoLeak(() => tf.dispose(answers(given)), 10);
  });

  test('what does not fit is an error that names it', () => {
    const given = pool({ lengths: [4, 5], heads: 2, width: 8 });
    const wrong = (change: Partial<Pool>) => () => answers({ ...given, ...change });
    expect(wrong({ sought: tf.zeros([3, 2, 8]) })).toThrow(
      'Expected input 0 to have the shape [2, 2, 8], found [3, 2, 8].',
    );
    expect(wrong({ starts: tf.tensor1d([0, 4, 8], 'int32') })).toThrow('the number of rows, 9, found 8 at 2.');
    expect(wrong({ gradient: tf.zeros([2, 2, 7]) })).toThrow(
      'Expected input 0 to have the shape [2, 2, 8], found [2, 2, 7].',
    );
  });
});

describe.skipIf(absent)(`rows gathered by number${reason}`, () => {
  test('each row comes from its number, and zeros where that is -1', () => {
    const from = rows('x', 9, 131);
    const numbers = Array.from({ length: 300 }, (_, at) => ((at * 7) % 10) - 1);
    const indices = tf.tensor1d(numbers, 'int32');
    const [gathered] = fused('LptGatherRows', { rows: from, indices }) as [tf.Tensor2D];
    const plain = tf.gather(tf.concat([tf.zeros<tf.Rank.R2>([1, 131]), from]), tf.add(indices, tf.scalar(1, 'int32')));
    expect(gathered.shape).toEqual([300, 131]);
    expect(gathered.dataSync()).toEqual(plain.dataSync());
  });

  test.each([-2, 9])('row %i of 9 is an error', (number) => {
    const indices = tf.tensor1d([0, number], 'int32');
    expect(() => fused('LptGatherRows', { rows: rows('x', 9, 4), indices })).toThrow(
      `Expected numbers of 9 rows or -1, found ${number} at 1.`,
    );
  });
});
