// Pure: a task's labels in their order, and which of them F1 is about.
import type { MetricName, TaskSettings } from './task.ts';

/** Labels in an order of their own: a database may hand `labelWords` back with its keys in another. */
export function labelsOf(labelWords: Record<string, string>): string[] {
  return Object.keys(labelWords).sort((a, b) => (a < b ? -1 : 1));
}

/** The label whose F1 is meant: the task's `positive`, else the one that is last in alphabetical order. */
export function positiveLabel({ labelWords, positive }: Pick<TaskSettings, 'labelWords' | 'positive'>): string {
  return positive ?? labelsOf(labelWords).at(-1) ?? '';
}

/** Two scores of such a metric are of one kind only where they are about the same label. */
export function isAboutOneLabel(metric: MetricName): boolean {
  return metric === 'f1' || metric === 'accuracy-f1';
}
