// Scores a split with the weights as they stand.
import type { MetricName } from '../sweep/task.ts';
import { labelScores, predictedLabel, type LabelScoresRequest } from './label-scores.ts';
import { partsOf, scoreOf, type Parts } from './score.ts';

export interface EvaluationRequest extends LabelScoresRequest {
  metric: MetricName;
  /** Index of the label whose F1 is meant. */
  positive: number;
}

export interface Scored {
  score: number;
  /** Null for a metric that stands for itself. */
  parts: Parts | null;
  /** Mean cross-entropy over the label words (training's is over the whole vocabulary). */
  loss: number;
  /** In the split's own order. */
  predictions: number[];
  labels: number[];
}

export async function evaluate(request: EvaluationRequest): Promise<Scored> {
  const labels = request.inputs.examples.map(({ label }) => label);
  const rows = await labelScores(request);
  const predictions = rows.map(predictedLabel);
  const losses = rows.map((row, index) => crossEntropy(row, labels[index] ?? -1));
  const loss = losses.reduce((sum, one) => sum + one, 0) / losses.length;
  const predicted = { predictions, labels };
  const { metric, positive } = request;
  const judged = { ...predicted, positive };
  return { score: scoreOf(metric, judged), parts: partsOf(metric, judged), loss, ...predicted };
}

function crossEntropy(scores: Float32Array, label: number): number {
  const top = Math.max(...scores);
  const logSum = top + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - top), 0));
  return logSum - (scores[label] ?? Number.NaN);
}
