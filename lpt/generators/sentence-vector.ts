// The one vector of a layer that stands for the whole text: in an encoder, which reads in both directions, the first token's
// ([CLS], <s>); in a decoder, where only the last has seen everything, that of the last token before the label word.
import { pad, reshape, slice, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import type { Architecture } from '../../sweep/backbone-config.ts';
import { withoutGradient } from '../own-gradient.ts';
import { selector } from '../positions.ts';
import { rearrange, selectStep } from '../steps/rearrange.ts';
import type { Text } from '../tuning.ts';

export function sentenceVector(architecture: Architecture, { hidden, maskPosition }: Text): Tensor2D {
  if (architecture === 'encoder') return firstVector(hidden); // [B, D]
  const selected = withoutGradient(() => selector(maskPosition, hidden.shape[1])); // [B, 1, T]
  return selectStep(hidden, selected); // [B, D]
}

function firstVector(hidden: Tensor3D): Tensor2D {
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
