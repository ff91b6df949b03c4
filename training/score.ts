// The scores that a trial is judged by.
import type { MetricName } from '../sweep/task.ts';

/** Predicted and right labels, as indices into the task's labels. */
interface Predicted {
  predictions: number[];
  labels: number[];
}

/** With the label, as such an index, whose F1 is meant. */
export interface Judged extends Predicted {
  positive: number;
}

/** Metrics of which a metric is put together → their values. */
export type Parts = Partial<Record<MetricName, number>>;

/** In [0, 1]; the Matthews correlation in [-1, 1], whichever label is the positive one. */
export function scoreOf(metric: MetricName, predicted: Judged): number {
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
export function partsOf(metric: MetricName, predicted: Judged): Parts | null {
  return metric === 'accuracy-f1' ? { accuracy: accuracy(predicted), f1: f1(predicted) } : null;
}

function accuracy({ predictions, labels }: Predicted): number {
  const right = predictions.filter((prediction, i) => prediction === labels[i]).length;
  return right / labels.length;
}

function f1(predicted: Judged): number {
  const { truePositives, falsePositives, falseNegatives } = confusion(predicted);
  return truePositives === 0 ? 0 : (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives);
}

/** Of two labels (Matthews 1975); 0 where one of them is never right or never predicted, as scikit-learn has it. */
function matthews(predicted: Judged): number {
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

function confusion({ predictions, labels, positive }: Judged): Confusion {
  const count = (isPredicted: boolean, isRight: boolean): number =>
    predictions.filter((found, i) => (found === positive) === isPredicted && (labels[i] === positive) === isRight)
      .length;
  return {
    truePositives: count(true, true),
    falsePositives: count(true, false),
    falseNegatives: count(false, true),
    trueNegatives: count(false, false),
  };
}
