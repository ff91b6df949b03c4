// Multi-head attention over packed rows, each sequence seeing itself alone, and its gradients. Where the backend has no kernel
// for it, sequences are padded for as long as their positions look at one another.
import { add, tidy, tensor4d, type Tensor, type Tensor1D, type Tensor2D, type Tensor4D } from '@tensorflow/tfjs-core';
import {
  attend,
  attendGradients,
  causalBias,
  mergeHeads,
  mergeKeyValue,
  SHUT_OUT,
  splitHeads,
  splitKeyValue,
  type Heads,
} from '../attention.ts';
import { runFused } from '../fused.ts';
import { gatherRows } from './gather-rows.ts';
import { placesOfRows, rowsOfPlaces, startsTensor } from './packing.ts';

/** Products of the rows with the weights, before their biases. A type and not an interface: a tidy hands it on. */
export type Projected = {
  query: Tensor2D; // [N, D]
  /** Key beside value. */
  keyValue: Tensor2D; // [N, 2D]
};

export interface AttentionOfRows {
  projected: Projected;
  queryBias: Tensor1D; // [D]
  keyValueBias: Tensor1D; // [2D]
  /** Positions of each sequence. */
  lengths: readonly number[];
  heads: number;
  /** Each position sees those up to itself alone. */
  causal: boolean;
}

/** [N, D] */
export function contextOf(attention: AttentionOfRows): Tensor2D {
  return tidy(() => {
    const fused = runKernel('LptAttend', attention) as [Tensor2D] | null;
    return fused?.[0] ?? padded(attention).context;
  });
}

/** A type and not an interface: a tidy hands it on. */
export type ContextAndProbabilities = { context: Tensor2D; probabilities: Tensor };

/** `probabilities` are for `attentionGradients` alone: how they lie depends on the backend. */
export function contextForTraining(attention: AttentionOfRows): ContextAndProbabilities {
  return tidy(() => {
    const fused = runKernel('LptAttendForTraining', attention) as [Tensor2D, Tensor1D] | null;
    return fused ? { context: fused[0], probabilities: fused[1] } : padded(attention);
  });
}

/** To the products. `gradient`: to the context, [N, D]. */
export function attentionGradients(
  gradient: Tensor2D,
  attention: AttentionOfRows & { probabilities: Tensor },
): Projected {
  const { probabilities } = attention;
  return tidy(() => {
    const backward = { gradient, probabilities };
    const fused = runKernel('LptAttendGradient', attention, backward) as [Tensor2D, Tensor2D] | null;
    return fused ? { query: fused[0], keyValue: fused[1] } : paddedGradients(gradient, attention);
  });
}

function runKernel(kernel: string, attention: AttentionOfRows, backward?: Record<string, Tensor>): Tensor[] | null {
  const { projected, queryBias, keyValueBias, lengths, heads, causal } = attention;
  const scale = 1 / Math.sqrt(projected.query.shape[1] / heads);
  return runFused({
    kernel,
    inputs: { ...projected, queryBias, keyValueBias, ...backward, starts: startsTensor(lengths) },
    attributes: { heads, scale, ...(!backward && { causal: Number(causal) }) },
  });
}

function padded(attention: AttentionOfRows): ContextAndProbabilities & { probabilities: Tensor4D } {
  const { lengths } = attention;
  const length = Math.max(...lengths);
  const { context, probabilities } = attend(paddedHeads(attention), paddedBias(attention, length));
  return { context: gatherRows(mergeHeads(context), placesOfRows(lengths, length)), probabilities };
}

function paddedGradients(gradient: Tensor2D, attention: AttentionOfRows & { probabilities: Tensor }): Projected {
  const { lengths, heads } = attention;
  const [batch, length] = [lengths.length, Math.max(...lengths)];
  const toContext = splitHeads(gatherRows(gradient, rowsOfPlaces(lengths, length)), { batch, heads });
  const probabilities = attention.probabilities as Tensor4D; // [B, heads, T, T]
  const found = attendGradients(toContext, { ...paddedHeads(attention), probabilities });
  const places = placesOfRows(lengths, length);
  return {
    query: gatherRows(mergeHeads(found.query), places),
    keyValue: gatherRows(mergeKeyValue(found), places),
  };
}

function paddedHeads({ projected, queryBias, keyValueBias, lengths, heads }: AttentionOfRows): Heads {
  const batch = lengths.length;
  const places = rowsOfPlaces(lengths, Math.max(...lengths));
  const query = splitHeads(gatherRows(projected.query, places), { batch, heads, bias: queryBias }); // [B, heads, T, d]
  return { query, ...splitKeyValue(gatherRows(projected.keyValue, places), { batch, heads, bias: keyValueBias }) };
}

/** Of sequences padded to `length`, T: [B, 1, 1 or T, T]. */
export function paddedBias({ lengths, causal }: Pick<AttentionOfRows, 'lengths' | 'causal'>, length: number): Tensor4D {
  const padding = paddingBias(lengths, length); // [B, 1, 1, T]
  return causal ? tidy(() => add(padding, causalBias(length))) : padding;
}

/** Shuts padding out: [B, 1, 1, T]. */
export function paddingBias(lengths: readonly number[], length: number): Tensor4D {
  const bias = new Float32Array(lengths.length * length);
  lengths.forEach((count, b) => bias.fill(SHUT_OUT, b * length + count, (b + 1) * length));
  return tensor4d(bias, [lengths.length, 1, 1, length]);
}
