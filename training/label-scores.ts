// What a method says of each example of a split: a score a label, read off the label words at the mask.
import * as tf from '@tensorflow/tfjs-core';
import type { Method } from '../lpt/method.ts';
import { disposeBatch } from './batches.ts';
import type { SplitInputs } from './split-inputs.ts';
import type { TimeMeter } from './time-meter.ts';

export interface LabelScoresRequest {
  method: Method;
  inputs: SplitInputs;
  /** By label index. */
  labelWordIds: number[];
  batchSize: number;
  afterBatch: () => Promise<void>;
  /** Of a trial. */
  time?: TimeMeter;
}

/** A row [C] an example, in the split's own order. */
export async function labelScores(request: LabelScoresRequest): Promise<Float32Array[]> {
  const { inputs, labelWordIds, batchSize, afterBatch } = request;
  const rows: Float32Array[] = [];
  for (const indices of inputs.scoringBatches(batchSize)) {
    const scores = await scoresOf(request, indices);
    indices.forEach((index, b) => {
      rows[index] = scores.subarray(b * labelWordIds.length, (b + 1) * labelWordIds.length);
    });
    await afterBatch();
  }
  return rows;
}

/** Index of the label with the highest score; of equals the first. */
export function predictedLabel(row: Float32Array): number {
  return row.indexOf(Math.max(...row));
}

async function scoresOf({ method, inputs, labelWordIds, time }: LabelScoresRequest, indices: number[]) {
  const batch = inputs.batch(indices);
  try {
    time?.begin('evaluation');
    const scores = tf.tidy(() => method.scores(batch, tf.tensor1d(labelWordIds, 'int32'))); // [B, C]
    time?.begin('waiting');
    return await scores.data<'float32'>().finally(() => scores.dispose());
  } finally {
    disposeBatch(batch);
  }
}
