// A task of the sweep file: a built-in one with what the file changes, or one that the file describes whole.
import type { TaskDefinition } from '../data/tasks/index.ts';
import { untilMask } from '../data/template.ts';
import type { BackboneFacts } from '../sweep/facts.ts';
import { SpecError, type TaskSpec } from '../sweep/spec.ts';
import type { TaskSettings } from '../sweep/trial.ts';

type Described = Pick<TaskSettings, 'template' | 'labelWords' | 'metric'> & { columns: Record<string, string> };

interface Task {
  asked: TaskSpec;
  builtIn: TaskDefinition | undefined;
}

/**
 * @throws SpecError when the task is not built in and the file leaves something out
 * @throws ConfigurationError when its template cannot be used for the backbone
 */
export function describeTask(task: Task, { architecture }: Pick<BackboneFacts, 'architecture'>): Described {
  const { asked, builtIn } = task;
  const template = architecture === 'encoder' ? (asked.template ?? builtIn?.template) : decoderTemplate(task);
  const labelWords = asked.labelWords ?? builtIn?.labelWords;
  if (template === undefined) throw missing(asked, 'template', 'a cloze text, as `{sentence} . It was <mask> .`');
  if (labelWords === undefined) throw missing(asked, 'labelWords', 'a word for each label');
  const fields = [...template.matchAll(/\{(\w+)\}/g)].map(([, field]) => field ?? '');
  const same = Object.fromEntries([...fields, 'label'].map((field) => [field, field]));
  return { template, labelWords, metric: builtIn?.metric ?? 'accuracy', columns: { ...same, ...asked.columns } };
}

/** What the file says goes before what is built in; a template for decoders, before one whose mask stands anywhere. */
function decoderTemplate({ asked, builtIn }: Task): string | undefined {
  const own = asked.decoderTemplate ?? asked.template;
  const template = own ?? builtIn?.decoderTemplate ?? builtIn?.template;
  return template === undefined ? undefined : untilMask(template);
}

function missing({ task }: TaskSpec, field: string, expected: string): SpecError {
  const found = `nothing, and \`${task}\` is not a built-in task`;
  return new SpecError([{ line: null, field: `tasks.${task}.${field}`, expected, found }]);
}
