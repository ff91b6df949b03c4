// The scores that a trial is judged by.
import type { MetricName } from '../sweep/trial.ts';

/** Predicted and right labels, as indices into the task's labels. */
export interface Predicted {
  predictions: number[];
  labels: number[];
}

/** Metrics of which a metric is put together → their values. */
export type Parts = Partial<Record<MetricName, number>>;

/**
 * In [0, 1]; the Matthews correlation in [-1, 1]. F1 is that of the second label, the positive class of paraphrase tasks.
 */
export function scoreOf(metric: MetricName, predicted: Predicted): number {
  switch (metric) {
    case 'accuracy':
      return accuracy(predicted);
    case 'f1':
      return f1(predicted);
    case 'accuracy-f1':
      return (accuracy(predicted) + f1(predicted)) / 2;
    case 'matthews':
      return matthews(predicted);
  }
}

/** Null for a metric that stands for itself. */
export function partsOf(metric: MetricName, predicted: Predicted): Parts | null {
  return metric === 'accuracy-f1' ? { accuracy: accuracy(predicted), f1: f1(predicted) } : null;
}

function accuracy({ predictions, labels }: Predicted): number {
  const right = predictions.filter((prediction, i) => prediction === labels[i]).length;
  return right / labels.length;
}

function f1(predicted: Predicted): number {
  const { truePositives, falsePositives, falseNegatives } = confusion(predicted);
  return truePositives === 0 ? 0 : (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives);
}

/** Of two labels (Matthews 1975); 0 where one of them is never right or never predicted, as scikit-learn has it. */
function matthews(predicted: Predicted): number {
  const { truePositives: tp, falsePositives: fp, falseNegatives: fn, trueNegatives: tn } = confusion(predicted);
  const squared = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn);
  return squared === 0 ? 0 : (tp * tn - fp * fn) / Math.sqrt(squared);
}

interface Confusion {
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  trueNegatives: number;
}

function confusion({ predictions, labels }: Predicted): Confusion {
  const count = (prediction: number, label: number): number =>
    predictions.filter((found, i) => found === prediction && labels[i] === label).length;
  return {
    truePositives: count(1, 1),
    falsePositives: count(1, 0),
    falseNegatives: count(0, 1),
    trueNegatives: count(0, 0),
  };
}
