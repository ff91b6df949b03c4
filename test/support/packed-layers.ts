// One layer in both its forms: as one step over packed rows, and put together from steps over padded sequences.
import * as tf from '@tensorflow/tfjs-core';
import { attentionBias } from '../../lpt/attention.ts';
import type { ComposedInput } from '../../lpt/composed-branch.ts';
import type { LayerRows } from '../../lpt/encoder-layer.ts';
import { gatherRowsStep } from '../../lpt/packed/gather-rows.ts';
import { joinBlocks } from '../../lpt/packed/joined-rows.ts';
import { placesOfRows, startsOf } from '../../lpt/packed/packing.ts';
import { selector } from '../../lpt/positions.ts';
import { normals } from '../../lpt/random.ts';
import { rowsStep } from '../../lpt/steps/rearrange.ts';

export interface BothForms {
  packed: LayerRows;
  composed: ComposedInput;
}

export interface LayerTexts {
  hidden: tf.Variable<tf.Rank.R3>; // [B, T, D]
  prompt?: tf.Variable<tf.Rank.R3>; // [B, p, D]; `hidden` is then a constant
  /** Real positions of each text, without the prompt. */
  lengths: number[];
  /** Position of each text that is read, without the prompt. */
  readAt?: number[];
}

export function bothForms({ hidden, prompt, lengths: texts, readAt }: LayerTexts): BothForms {
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
  const places = readAt?.map((position) => position + prompts);
  const mask = lengths.map((length) => Array.from({ length: prompts + padded }, (_, t) => Number(t < length)));
  return {
    packed: { rows, lengths, ...(places && { readAt: places.map((place, b) => (starts[b] ?? 0) + place) }) },
    composed: {
      ...{ hidden, attentionBias: attentionBias(tf.tensor2d(mask)) },
      ...(prompt && { prompt }),
      ...(places && { selected: selector(tf.tensor1d(places, 'int32'), prompts + padded) }),
    },
  };
}

/** The real rows of what a composed layer gave, as a packed one gives them. */
export function realRows(output: tf.Tensor3D, { packed: { lengths, readAt } }: BothForms): tf.Tensor2D {
  const rows = rowsStep(output);
  return readAt ? rows : gatherRowsStep(rows, placesOfRows(lengths, output.shape[1]));
}

/** The gradients of some weighted sum of the rows. */
export function gradientsOfRows(variables: tf.Variable[], rows: () => tf.Tensor2D) {
  return tf.variableGrads(() => {
    const output = rows();
    const weights = tf.tensor2d(normals({ seed: 5, name: 'weights' }, output.size), output.shape);
    return tf.sum<tf.Scalar>(tf.mul(output, weights));
  }, variables);
}
