// The one vector of a layer that stands for the whole text: the first token's, in a model that reads in both directions.
import { pad, reshape, slice, type Tensor2D } from '@tensorflow/tfjs-core';
import { rearrange } from '../steps/rearrange.ts';
import type { Text } from '../tuning.ts';

export function sentenceVector({ hidden }: Pick<Text, 'hidden'>): Tensor2D {
  const [batch, length, width] = hidden.shape;
  const behind: [number, number][] = [
    [0, 0],
    [0, length - 1],
    [0, 0],
  ];
  return rearrange(
    hidden,
    (x) => reshape(slice(x, [0, 0, 0], [batch, 1, width]), [batch, width]), // [B, D]
    (gradient) => pad(reshape(gradient, [batch, 1, width]), behind),
  );
}
