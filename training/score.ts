// The scores that a trial is judged by.
import type { MetricName } from '../sweep/trial.ts';

/** Predicted and right labels, as indices into the task's labels. */
export interface Predicted {
  predictions: number[];
  labels: number[];
}

/** In [0, 1]. F1 is that of the second label, the positive class of paraphrase tasks. */
export function scoreOf(metric: MetricName, predicted: Predicted): number {
  switch (metric) {
    case 'accuracy':
      return accuracy(predicted);
    case 'f1':
      return f1(predicted);
    case 'accuracy-f1':
      return (accuracy(predicted) + f1(predicted)) / 2;
  }
}

function accuracy({ predictions, labels }: Predicted): number {
  const right = predictions.filter((prediction, i) => prediction === labels[i]).length;
  return right / labels.length;
}

function f1({ predictions, labels }: Predicted): number {
  const count = (wanted: (prediction: number, label: number | undefined) => boolean): number =>
    predictions.filter((prediction, i) => wanted(prediction, labels[i])).length;
  const hits = count((prediction, label) => prediction === 1 && label === 1);
  const misses = count((prediction, label) => (prediction === 1) !== (label === 1));
  return hits === 0 ? 0 : (2 * hits) / (2 * hits + misses);
}
