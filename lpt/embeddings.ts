// Word, position and token-type embeddings, normalised and brought to the hidden size where the type of backbone does so:
// H_0, the output of "layer 0".
import { add, concat, gather, pad, reshape, slice, sum, tidy, zeros } from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { GradientTo } from './layer.ts';
import {
  layerNormInputGradient,
  layerNormWeightGradients,
  layerNormForTraining,
  scaleAndShift,
  type Normalized,
} from './layer-norm.ts';
import { linear, linearInputGradient, linearWeightGradients } from './linear.ts';
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
  if (gradientTo === 'nothing')
    return withoutGradient(() => toSequences(forward(weights, tokenIds, epsilon).output, batch)); // [B, T, D]
  return withOwnGradient({
    inputs: tensorsOf(weights),
    forward: () => {
      const { output, kept } = forward(weights, tokenIds, epsilon);
      return { output: toSequences(output, batch), kept: { ...kept, tokenIds } };
    },
    backward: (gradient, kept) => tensorsLike(weights, embeddingGradients(gradient, weights, kept)),
  });
}

interface Kept {
  /** Where there is a LayerNorm. */
  norm?: Normalized; // of [B·T, E]
}

function forward(weights: EmbeddingWeights, tokenIds: Tensor2D, epsilon: number): { output: Tensor2D; kept: Kept } {
  const { norm, projection } = weights;
  const sums = summed(weights, tokenIds); // [B·T, E]
  const project = (rows: Tensor2D) => (projection === undefined ? rows : linear(rows, projection)); // [B·T, D]
  if (norm === undefined) return { output: project(sums), kept: {} };
  const { output: normed, ...kept } = layerNormForTraining(sums, norm, epsilon); // [B·T, E]
  return { output: project(normed), kept: { norm: kept } };
}

function summed({ word, position, tokenType }: EmbeddingWeights, tokenIds: Tensor2D): Tensor2D {
  const [batch, length] = tokenIds.shape;
  const width = word.shape[1];
  return tidy(() => {
    const words = gather(word, tokenIds); // [B, T, E]
    const positions = slice(position, [0, 0], [length, width]); // [T, E]
    const places = tokenType === undefined ? positions : add(positions, slice(tokenType, [0, 0], [1, width])); // [T, E]
    return reshape(add(words, places), [batch * length, width]);
  });
}

function embeddingGradients(
  gradient: Tensor3D,
  weights: EmbeddingWeights,
  { norm, tokenIds }: Kept & { tokenIds: Tensor2D },
): EmbeddingWeights {
  const rows = toRows(gradient); // [B·T, D]
  const { projection } = weights;
  const toNormed = projection === undefined ? rows : linearInputGradient(rows, projection); // [B·T, E]
  if (weights.norm === undefined || norm === undefined) return tableGradients(toNormed, weights, tokenIds);
  const normed = scaleAndShift(norm.normalized, weights.norm); // [B·T, E]
  return {
    ...tableGradients(layerNormInputGradient(toNormed, weights.norm, norm), weights, tokenIds),
    norm: layerNormWeightGradients(toNormed, norm),
    ...(projection && { projection: linearWeightGradients(rows, normed) }),
  };
}

/** To words, positions and token types, from the gradient to their sum. */
function tableGradients(toSum: Tensor2D, weights: EmbeddingWeights, tokenIds: Tensor2D): EmbeddingWeights {
  const [batch, length] = tokenIds.shape;
  const { word, position, tokenType } = weights;
  const width = word.shape[1];
  const toPositions = sum<Tensor2D>(reshape(toSum, [batch, length, width]), 0); // [T, E]
  const below: [number, number][] = [
    [0, position.shape[0] - length],
    [0, 0],
  ];
  return {
    word: scatterRows(tokenIds, toSum, word.shape),
    position: pad(toPositions, below),
    ...(tokenType && {
      tokenType: concat([sum<Tensor2D>(toPositions, 0, true), zeros([tokenType.shape[0] - 1, width])]),
    }),
  };
}
