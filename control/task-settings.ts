// A task of the sweep file: a built-in one with what the file changes, or one that the file describes whole.
import { TASKS, type TaskDefinition } from '../data/tasks/index.ts';
import { fieldsOf, untilMask } from '../data/template.ts';
import type { BackboneFacts } from '../sweep/facts.ts';
import { isAboutOneLabel, labelsOf, positiveLabel } from '../sweep/labels.ts';
import { nearestTo } from '../sweep/nearest.ts';
import { SpecError, type SpecIssue, type TaskSpec } from '../sweep/spec.ts';
import type { TaskSettings } from '../sweep/task.ts';
import type { Place } from './places.ts';

type Described = Pick<TaskSettings, 'template' | 'labelWords' | 'metric' | 'positive'> & {
  columns: Record<string, string>;
};

interface Task {
  asked: TaskSpec;
  builtIn: TaskDefinition | undefined;
  /** Its fields in the sweep file. */
  place: Place;
}

/**
 * @throws SpecError when the task is not built in and the file leaves something out, or names fields or labels it does not have
 * @throws ConfigurationError when its template cannot be used for the backbone
 */
export function describeTask(task: Task, { architecture }: Pick<BackboneFacts, 'architecture'>): Described {
  const { asked, builtIn } = task;
  const template = architecture === 'encoder' ? (asked.template ?? builtIn?.template) : decoderTemplate(task);
  const labelWords = asked.labelWords ?? builtIn?.labelWords;
  if (template === undefined) throw missing(task, 'template', 'a cloze text, as `{sentence} . It was <mask> .`');
  if (labelWords === undefined) throw missing(task, 'labelWords', 'a word for each label');
  const fields = [...fieldsOf(template), 'label'];
  for (const field of Object.keys(asked.columns ?? {})) {
    if (!fields.includes(field)) throw unknownField(task, field, fields);
  }
  const same = Object.fromEntries(fields.map((field) => [field, field]));
  const metric = asked.metric ?? builtIn?.metric ?? 'accuracy';
  const positive = otherPositive(task, { labelWords, metric });
  return { template, labelWords, metric, positive, columns: { ...same, ...asked.columns } };
}

/** Undefined where it is the label that F1 is about anyway: the same trials have the same keys, however they are worded. */
function otherPositive(
  { asked: { positive }, place }: Task,
  { labelWords, metric }: Pick<TaskSettings, 'labelWords' | 'metric'>,
): string | undefined {
  if (positive === undefined) return undefined;
  const at = place('positive');
  if (!isAboutOneLabel(metric))
    throw problem({ ...at, expected: 'left out where the metric is not f1 or accuracy-f1', found: metric }, null);
  const labels = labelsOf(labelWords);
  if (!labels.includes(positive)) {
    const expected = `one of the labels of \`labelWords\`: ${labels.join(', ')}`;
    throw problem({ ...at, expected, found: JSON.stringify(positive) }, nearestTo(positive, labels));
  }
  return positive === positiveLabel({ labelWords }) ? undefined : positive;
}

/** What the file says goes before what is built in; a template for decoders, before one whose mask stands anywhere. */
function decoderTemplate({ asked, builtIn }: Task): string | undefined {
  const own = asked.decoderTemplate ?? asked.template;
  const template = own ?? builtIn?.decoderTemplate ?? builtIn?.template;
  return template === undefined ? undefined : untilMask(template);
}

function missing({ asked: { task }, place }: Task, field: string, expected: string): SpecError {
  const found = `nothing, and \`${task}\` is not a built-in task`;
  const names = TASKS.map(({ name }) => name);
  return problem({ ...place(field), expected, found }, nearestTo(task, names));
}

function unknownField({ place }: Task, field: string, fields: string[]): SpecError {
  const expected = `of the template's fields: ${fields.join(', ')}`;
  return problem({ ...place('columns', field), expected, found: 'another field' }, nearestTo(field, fields));
}

function problem(issue: SpecIssue, suggestion: string | null): SpecError {
  return new SpecError([{ ...issue, ...(suggestion === null ? {} : { suggestion }) }]);
}
