// Which word stands for which label: a data set that numbers its classes otherwise trains with the wrong words, and no check can tell.
import type { SweepFacts } from '../sweep/facts.ts';
import { labelsOf } from '../sweep/labels.ts';

/** A line a task. */
export function describeLabelWords({ tasks }: SweepFacts): string[] {
  return Object.values(tasks).map(({ name, labelWords }) => {
    const words = labelsOf(labelWords).map((label) => `${label} ${labelWords[label] ?? ''}`);
    return `Label words of ${name}: ${words.join(', ')}.`;
  });
}
