// Word, position and token-type embeddings of a BERT-type model, normalised: H_0, the output of "layer 0".
import { add, concat, gather, pad, reshape, slice, sum, tidy, zeros } from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { GradientTo } from './encoder-layer.ts';
import {
  layerNormInputGradient,
  layerNormWeightGradients,
  normalize,
  scaleAndShift,
  type Normalized,
} from './layer-norm.ts';
import { withOwnGradient, withoutGradient } from './own-gradient.ts';
import { scatterRows, toRows, toSequences } from './positions.ts';
import { tensorsLike, tensorsOf, type EmbeddingWeights } from './weights.ts';

/** Every token is of type 0: the templates make one text of each example. */
export function embedTokens(
  weights: EmbeddingWeights,
  tokenIds: Tensor2D,
  { epsilon, gradientTo }: { epsilon: number; gradientTo: Exclude<GradientTo, 'input'> },
): Tensor3D {
  const batch = tokenIds.shape[0];
  const normalized = () => normalize(summed(weights, tokenIds), epsilon);
  const output = (rows: Normalized) => toSequences(scaleAndShift(rows.normalized, weights.norm), batch); // [B, T, D]
  if (gradientTo === 'nothing') return withoutGradient(() => output(normalized()));
  return withOwnGradient({
    inputs: tensorsOf(weights),
    forward: () => {
      const kept = { ...normalized(), tokenIds };
      return { output: output(kept), kept };
    },
    backward: (gradient, kept) => tensorsLike(weights, embeddingGradients(gradient, weights, kept)),
  });
}

function summed({ word, position, tokenType }: EmbeddingWeights, tokenIds: Tensor2D): Tensor2D {
  const [batch, length] = tokenIds.shape;
  const width = word.shape[1];
  return tidy(() => {
    const words = gather(word, tokenIds); // [B, T, D]
    const places = add(slice(position, [0, 0], [length, width]), slice(tokenType, [0, 0], [1, width])); // [T, D]
    return reshape(add(words, places), [batch * length, width]);
  });
}

function embeddingGradients(
  gradient: Tensor3D,
  weights: EmbeddingWeights,
  kept: Normalized & { tokenIds: Tensor2D },
): EmbeddingWeights {
  const rows = toRows(gradient); // [B·T, D]
  const [batch, length, width] = gradient.shape;
  const toSum = layerNormInputGradient(rows, weights.norm, kept); // [B·T, D]
  const toPositions = sum<Tensor2D>(reshape(toSum, [batch, length, width]), 0); // [T, D]
  return {
    word: scatterRows(kept.tokenIds, toSum, weights.word.shape),
    position: pad(toPositions, [
      [0, weights.position.shape[0] - length],
      [0, 0],
    ]),
    tokenType: concat([sum<Tensor2D>(toPositions, 0, true), zeros([weights.tokenType.shape[0] - 1, width])]),
    norm: layerNormWeightGradients(rows, kept),
  };
}
