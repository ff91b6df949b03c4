// Of the last layer's output few vectors a text are ever read, so no others are kept: the one that stands for the text, and the
// one at the mask. In a decoder they are the same, that of the last token before the label word.
import { fill, reshape, type Rank, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import type { Architecture } from '../sweep/backbone-config.ts';
import type { BatchText } from './batch.ts';
import { withoutGradient } from './own-gradient.ts';
import { gatherRows } from './packed/gather-rows.ts';
import { toRows } from './positions.ts';
import type { Text } from './tuning.ts';

/** V positions, the mask's last. */
function readPositions(architecture: Architecture, { maskPosition }: Pick<BatchText, 'maskPosition'>): number[] {
  return architecture === 'encoder' ? [0, maskPosition] : [maskPosition];
}

/** The vectors at `readPositions` of all positions' `hidden`, [B, T, D]: [B, V, D]. */
export function readVectors(
  architecture: Architecture,
  hidden: Tensor3D,
  texts: readonly Pick<BatchText, 'maskPosition'>[],
): Tensor3D {
  const [batch, length, width] = hidden.shape;
  const places = texts.flatMap((text, b) => readPositions(architecture, text).map((position) => b * length + position));
  return reshape(gatherRows(toRows(hidden), Int32Array.from(places)), [batch, places.length / batch, width]);
}

/** Of `readVectors` those at the mask: [B, D]. */
export function maskVectorsOf(read: Tensor3D): Tensor2D {
  const [batch, count] = read.shape;
  return gatherRows(
    toRows(read),
    Int32Array.from({ length: batch }, (_, b) => b * count + count - 1),
  );
}

/** `readVectors` as a text of V positions, for what makes a prompt of its sentence vector. */
export function asText(read: Tensor3D): Text {
  const [batch, count] = read.shape;
  const maskPosition = withoutGradient(() => fill<Rank.R1>([batch], count - 1, 'int32')); // [B]
  return { hidden: read, lengths: Array.from({ length: batch }, () => count), maskPosition };
}
