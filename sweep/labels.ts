// Pure: a task's labels in their order, and which of them F1 is about.
import type { TaskSettings } from './trial.ts';

/** Labels in an order of their own: a database may hand `labelWords` back with its keys in another. */
export function labelsOf(labelWords: Record<string, string>): string[] {
  return Object.keys(labelWords).sort((a, b) => (a < b ? -1 : 1));
}

/** The label whose F1 is meant: the task's `positive`, else the one that is last in alphabetical order. */
export function positiveLabel({ labelWords, positive }: Pick<TaskSettings, 'labelWords' | 'positive'>): string {
  return positive ?? labelsOf(labelWords).at(-1) ?? '';
}
