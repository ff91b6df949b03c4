// Attention over packed rows: a problem, what the addon's kernels make of it, and the same by loops in double precision.
import * as tf from '@tensorflow/tfjs-core';
import { fused, random, rows, softmax, startsOf, sum } from './packed.ts';

interface Problem {
  lengths: number[];
  heads: number;
  size: number;
  causal: number;
}

export function attention({ lengths, heads, size, causal }: Problem) {
  const [starts, width] = [startsOf(lengths), heads * size];
  const count = starts.at(-1)!;
  return {
    inputs: {
      query: rows('query', count, width), // [N, D]
      keyValue: rows('keyValue', count, 2 * width), // [N, 2D]
      queryBias: random<tf.Rank.R1>('queryBias', [width]),
      keyValueBias: random<tf.Rank.R1>('keyValueBias', [2 * width]),
      starts: tf.tensor1d(starts, 'int32'),
    },
    attributes: { heads, causal, scale: 1 / Math.sqrt(size) },
    gradient: rows('gradient', count, width), // [N, D]
  };
}

type Attention = ReturnType<typeof attention>;

export function answers({ inputs, attributes, gradient }: Attention) {
  const [context, probabilities] = fused('LptAttendForTraining', inputs, attributes) as [tf.Tensor2D, tf.Tensor1D];
  const { heads, scale } = attributes;
  const backward = { gradient, ...inputs, probabilities };
  const [toQuery, toKeyValue] = fused('LptAttendGradient', backward, { heads, scale }) as [tf.Tensor2D, tf.Tensor2D];
  return { context, probabilities, toQuery, toKeyValue };
}

/** The same in loops, number by number. */
export function expected({ inputs, attributes, gradient }: Attention) {
  const { heads, causal, scale } = attributes;
  const [count, width] = inputs.query.shape;
  const size = width / heads;
  const [q, kv, g] = [inputs.query.dataSync(), inputs.keyValue.dataSync(), gradient.dataSync()];
  const [qb, kvb, starts] = [inputs.queryBias.dataSync(), inputs.keyValueBias.dataSync(), inputs.starts.dataSync()];
  const query = (row: number, c: number) => q[row * width + c]! + qb[c]!;
  const keyValue = (row: number, c: number) => kv[row * 2 * width + c]! + kvb[c]!;
  const context = new Float64Array(count * width);
  const toQuery = new Float64Array(count * width);
  const toKeyValue = new Float64Array(count * 2 * width);
  const probabilities: number[] = [];
  const head = (from: number, length: number, first: number) => {
    for (let i = from; i < from + length; i += 1) {
      const seen = causal ? i - from + 1 : length;
      const scores = Array.from({ length: seen }, (_, j) =>
        sum(size, (c) => scale * query(i, first + c) * keyValue(from + j, first + c)),
      );
      const shares = softmax(scores);
      probabilities.push(...shares, ...new Array<number>(length - seen).fill(0));
      const toShares = shares.map((_, j) =>
        sum(size, (c) => g[i * width + first + c]! * keyValue(from + j, width + first + c)),
      );
      const along = sum(seen, (j) => shares[j]! * toShares[j]!);
      for (const [j, share] of shares.entries()) {
        const toScore = share * (toShares[j]! - along) * scale;
        for (let c = first; c < first + size; c += 1) {
          context[i * width + c]! += share * keyValue(from + j, width + c);
          toQuery[i * width + c]! += toScore * keyValue(from + j, c);
          toKeyValue[(from + j) * 2 * width + c]! += toScore * query(i, c);
          toKeyValue[(from + j) * 2 * width + width + c]! += share * g[i * width + c]!;
        }
      }
    }
  };
  for (let sequence = 0; sequence + 1 < starts.length; sequence += 1) {
    const from = starts[sequence]!;
    for (let h = 0; h < heads; h += 1) head(from, starts[sequence + 1]! - from, h * size);
  }
  return { context, probabilities, toQuery, toKeyValue };
}
