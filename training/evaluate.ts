// Scores a split with the weights as they stand.
import * as tf from '@tensorflow/tfjs-core';
import type { MetricName } from '../sweep/trial.ts';
import type { Method } from '../lpt/method.ts';
import { disposeBatch } from './batches.ts';
import { partsOf, scoreOf, type Parts } from './score.ts';
import type { SplitInputs } from './split-inputs.ts';

export interface EvaluationRequest {
  method: Method;
  inputs: SplitInputs;
  labelWordIds: number[];
  batchSize: number;
  metric: MetricName;
  afterBatch: () => Promise<void>;
}

export interface Scored {
  score: number;
  /** Null for a metric that stands for itself. */
  parts: Parts | null;
  /** Mean cross-entropy over the label words (training's is over the whole vocabulary). */
  loss: number;
  /** In the split's own order. */
  predictions: number[];
}

export async function evaluate(request: EvaluationRequest): Promise<Scored> {
  const { method, inputs, labelWordIds, batchSize, metric, afterBatch } = request;
  const labels = inputs.examples.map(({ label }) => label);
  const predictions = new Array<number>(labels.length).fill(-1);
  const losses = new Array<number>(labels.length).fill(0);
  for (const indices of inputs.scoringBatches(batchSize)) {
    const scores = await scoresOf(method, { inputs, indices, labelWordIds });
    indices.forEach((index, b) => {
      const row = scores.subarray(b * labelWordIds.length, (b + 1) * labelWordIds.length);
      predictions[index] = row.indexOf(Math.max(...row));
      losses[index] = crossEntropy(row, labels[index] ?? -1);
    });
    await afterBatch();
  }
  const loss = losses.reduce((sum, one) => sum + one, 0) / losses.length;
  const predicted = { predictions, labels };
  return { score: scoreOf(metric, predicted), parts: partsOf(metric, predicted), loss, predictions };
}

async function scoresOf(
  method: Method,
  { inputs, indices, labelWordIds }: { inputs: SplitInputs; indices: number[]; labelWordIds: number[] },
): Promise<Float32Array> {
  const batch = inputs.batch(indices);
  const scores = tf.tidy(() => method.scores(batch, tf.tensor1d(labelWordIds, 'int32'))); // [B, C]
  const values = await scores.data<'float32'>();
  scores.dispose();
  disposeBatch(batch);
  return values;
}

function crossEntropy(scores: Float32Array, label: number): number {
  const top = Math.max(...scores);
  const logSum = top + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - top), 0));
  return logSum - (scores[label] ?? Number.NaN);
}
