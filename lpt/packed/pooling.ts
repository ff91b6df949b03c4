// What each head finds among the rows of a sequence when one vector a head asks: rows by their probabilities, pool = Σ p y, and
// its gradients. Where the backend has no kernel for it, sequences are padded meanwhile.
import {
  concat,
  matMul,
  reshape,
  tidy,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { scaledSoftmax, scaledSoftmaxGradient } from '../attention.ts';
import { runFused } from '../fused.ts';
import { paddingBias } from './attention.ts';
import { gatherRows } from './gather-rows.ts';
import { placesOfRows, rowsOfPlaces, startsTensor } from './packing.ts';

export interface Asked {
  /** What each head of each sequence looks for. */
  sought: Tensor3D; // [B, heads, D]
  /** That answer. */
  rows: Tensor2D; // [N, D]
  lengths: readonly number[];
  /** Of sought · row. */
  scale: number;
}

/** A type and not an interface: a tidy hands it on. */
export type Pooled = { pooled: Tensor3D; probabilities: Tensor };

/** Rows of a sequence by softmax(scale · sought · row), [B, heads, D]. `probabilities` are for `poolGradients` alone. */
export function pool(asked: Asked): Pooled {
  return tidy(() => {
    const fused = runKernel('LptPool', asked) as [Tensor, Tensor3D] | null;
    return fused ? { probabilities: fused[0], pooled: fused[1] } : paddedPool(asked);
  });
}

/** A type and not an interface: a tidy hands it on. */
export type PoolGradients = {
  /** To the rows, by answering. */
  rows: Tensor2D; // [N, D]
  sought: Tensor3D; // [B, heads, D]
};

/** `gradient`: to what was pooled, [B, heads, D]. */
export function poolGradients(gradient: Tensor3D, asked: Asked & { probabilities: Tensor }): PoolGradients {
  return tidy(() => {
    const { probabilities } = asked;
    const fused = runKernel('LptPoolGradient', asked, { gradient, probabilities }) as [Tensor2D, Tensor3D] | null;
    return fused ? { rows: fused[0], sought: fused[1] } : paddedGradients(gradient, asked);
  });
}

function runKernel(kernel: string, asked: Asked, backward?: Record<string, Tensor>): Tensor[] | null {
  const { sought, rows, lengths, scale } = asked;
  const inputs = { sought, rows, ...backward, starts: startsTensor(lengths) };
  return runFused({ kernel, inputs, attributes: { scale } });
}

function paddedPool({ sought, rows, lengths, scale }: Asked): Pooled {
  const [batch, heads] = sought.shape;
  const attended = sequences(rows, lengths); // [B, T, D]
  const length = attended.shape[1];
  const scores: Tensor4D = reshape(matMul(sought, attended, false, true), [batch, heads, 1, length]);
  const softened = scaledSoftmax(scores, paddingBias(lengths, length), scale); // [B, heads, 1, T]
  const probabilities: Tensor3D = reshape(softened, [batch, heads, length]);
  return { probabilities, pooled: matMul(probabilities, attended) };
}

function paddedGradients(gradient: Tensor3D, asked: Asked & { probabilities: Tensor }): PoolGradients {
  const { sought, rows, lengths, scale } = asked;
  const probabilities = asked.probabilities as Tensor3D; // [B, heads, T]
  const [batch, heads, length] = probabilities.shape;
  const attended = sequences(rows, lengths); // [B, T, D]
  const flat = (each: Tensor3D): Tensor4D => reshape(each, [batch, heads, 1, length]);
  const toProbabilities = matMul<Tensor3D>(gradient, attended, false, true); // [B, heads, T]
  const toScores: Tensor3D = reshape(scaledSoftmaxGradient(flat(toProbabilities), flat(probabilities), scale), [
    ...probabilities.shape,
  ]);
  const shares = concat([probabilities, toScores], 1); // [B, 2 heads, T]
  const toAttended = matMul<Tensor3D>(shares, concat([gradient, sought], 1), true); // [B, T, D]
  const places = placesOfRows(lengths, length);
  return {
    rows: gatherRows(reshape(toAttended, [batch * length, rows.shape[1]]), places),
    sought: matMul<Tensor3D>(toScores, attended),
  };
}

function sequences(rows: Tensor2D, lengths: readonly number[]): Tensor3D {
  const length = Math.max(...lengths);
  return reshape(gatherRows(rows, rowsOfPlaces(lengths, length)), [lengths.length, length, rows.shape[1]]); // [B, T, D]
}
