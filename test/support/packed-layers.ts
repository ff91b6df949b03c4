// Texts of several lengths as the rows that go into a layer.
import * as tf from '@tensorflow/tfjs-core';
import type { ComposedInput } from '../../lpt/composed-branch.ts';
import { joinBlocks } from '../../lpt/packed/joined-rows.ts';
import { startsOf } from '../../lpt/packed/packing.ts';
import { normals } from '../../lpt/random.ts';
import { rowsStep } from '../../lpt/steps/rearrange.ts';

export interface LayerTexts {
  hidden: tf.Variable<tf.Rank.R3>; // [B, T, D]
  prompt?: tf.Variable<tf.Rank.R3>; // [B, p, D]; `hidden` is then a constant
  /** Real positions of each text, without the prompt. */
  lengths: number[];
  /** Position of each text that is read, without the prompt. */
  readAt?: number[];
}

export function layerRows({ hidden, prompt, lengths: texts, readAt }: LayerTexts): ComposedInput {
  const padded = hidden.shape[1];
  const prompts = prompt?.shape[1] ?? 0;
  const lengths = texts.map((length) => length + prompts);
  const starts = startsOf(lengths);
  const text = { rows: rowsStep(hidden), flows: prompt === undefined };
  const front = prompt && { rows: rowsStep(prompt), flows: true };
  const rows = joinBlocks(
    texts.flatMap((count, b) => [
      ...(front ? [{ source: front, from: b * prompts, count: prompts }] : []),
      { source: text, from: b * padded, count },
    ]),
  );
  const read = readAt?.map((position, b) => (starts[b] ?? 0) + prompts + position);
  return { rows, lengths, paddedLength: prompts + padded, ...(read && { readAt: read }) };
}

/** The gradients of some weighted sum of the rows. */
export function gradientsOfRows(variables: tf.Variable[], rows: () => tf.Tensor2D) {
  return tf.variableGrads(() => {
    const output = rows();
    const weights = tf.tensor2d(normals({ seed: 5, name: 'weights' }, output.size), output.shape);
    return tf.sum<tf.Scalar>(tf.mul(output, weights));
  }, variables);
}
