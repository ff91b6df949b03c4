// A task of the sweep file: a built-in one with what the file changes, or one that the file describes whole.
import type { TaskDefinition } from '../data/tasks/index.ts';
import { SpecError, type TaskSpec } from '../sweep/spec.ts';
import type { TaskSettings } from '../sweep/trial.ts';

type Described = Pick<TaskSettings, 'template' | 'labelWords' | 'metric'> & { columns: Record<string, string> };

/** @throws SpecError when the task is not built in and the file leaves something out */
export function describeTask(asked: TaskSpec, builtIn: TaskDefinition | undefined): Described {
  const template = asked.template ?? builtIn?.template;
  const labelWords = asked.labelWords ?? builtIn?.labelWords;
  if (template === undefined) throw missing(asked, 'template', 'a cloze text, as `{sentence} . It was <mask> .`');
  if (labelWords === undefined) throw missing(asked, 'labelWords', 'a word for each label');
  const fields = [...template.matchAll(/\{(\w+)\}/g)].map(([, field]) => field ?? '');
  const same = Object.fromEntries([...fields, 'label'].map((field) => [field, field]));
  return { template, labelWords, metric: builtIn?.metric ?? 'accuracy', columns: { ...same, ...asked.columns } };
}

function missing({ task }: TaskSpec, field: string, expected: string): SpecError {
  const found = `nothing, and \`${task}\` is not a built-in task`;
  return new SpecError([{ line: null, field: `tasks.${task}.${field}`, expected, found }]);
}
