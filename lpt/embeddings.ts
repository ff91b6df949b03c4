// Word, position and token-type embeddings, normalised, dropped and brought to the hidden size where the type of backbone does so:
// H_0, the output of "layer 0".
import { add, concat, gather, mul, pad, reshape, slice, sum, tidy, zeros } from '@tensorflow/tfjs-core';
import type { Rank, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
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
import { maskOf, type Dropout } from './steps/dropout.ts';
import { tensorsLike, tensorsOf, type EmbeddingWeights } from './weights.ts';

export interface Embedded {
  epsilon: number;
  /** Stands before the projection, where there is one. */
  dropout: Dropout;
  gradientTo: Exclude<GradientTo, 'input'>;
}

/** Every token is of type 0: the templates make one text of each example. */
export function embedTokens(weights: EmbeddingWeights, tokenIds: Tensor2D, how: Embedded): Tensor3D {
  const batch = tokenIds.shape[0];
  if (how.gradientTo === 'nothing')
    return withoutGradient(() => toSequences(forward(weights, tokenIds, how).output, batch)); // [B, T, D]
  return withOwnGradient({
    inputs: tensorsOf(weights),
    forward: () => {
      const { output, kept } = forward(weights, tokenIds, how);
      return { output: toSequences(output, batch), kept: { ...kept, tokenIds } };
    },
    backward: (gradient, kept) => tensorsLike(weights, embeddingGradients(gradient, weights, kept)),
  });
}

interface Kept {
  /** Where there is a LayerNorm. */
  norm?: Normalized; // of [B·T, E]
  /** Where something is dropped. */
  mask?: Tensor2D; // [B·T, E]
}

type Passing = Pick<Embedded, 'epsilon' | 'dropout'>;

function forward(
  weights: EmbeddingWeights,
  tokenIds: Tensor2D,
  { epsilon, dropout }: Passing,
): { output: Tensor2D; kept: Kept } {
  const { norm, projection } = weights;
  const sums = summed(weights, tokenIds); // [B·T, E]
  const mask = maskOf<Rank.R2>(sums.shape, dropout) ?? undefined; // [B·T, E]
  const project = (rows: Tensor2D) => (projection === undefined ? rows : linear(rows, projection)); // [B·T, D]
  const dropped = mask && { mask };
  if (norm === undefined) return { output: project(masked(sums, mask)), kept: { ...dropped } };
  const { output: normed, ...kept } = layerNormForTraining(sums, norm, epsilon); // [B·T, E]
  return { output: project(masked(normed, mask)), kept: { norm: kept, ...dropped } };
}

function masked(rows: Tensor2D, mask: Tensor2D | undefined): Tensor2D {
  return mask === undefined ? rows : mul(rows, mask);
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
  { norm, mask, tokenIds }: Kept & { tokenIds: Tensor2D },
): EmbeddingWeights {
  const rows = toRows(gradient); // [B·T, D]
  const { projection } = weights;
  const toDropped = projection === undefined ? rows : linearInputGradient(rows, projection); // [B·T, E]
  const toNormed = masked(toDropped, mask); // [B·T, E]
  if (weights.norm === undefined || norm === undefined) return tableGradients(toNormed, weights, tokenIds);
  const projected = masked(scaleAndShift(norm.normalized, weights.norm), mask); // [B·T, E]
  return {
    ...tableGradients(layerNormInputGradient(toNormed, weights.norm, norm), weights, tokenIds),
    norm: layerNormWeightGradients(toNormed, norm),
    ...(projection && { projection: linearWeightGradients(rows, projected) }),
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
