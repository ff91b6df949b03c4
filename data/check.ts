// Everything about a task that can be wrong, found before anything is launched.
import type { ShortenedFacts } from '../sweep/facts.ts';
import { labelsOf } from '../sweep/labels.ts';
import type { Split, TaskSettings } from '../sweep/task.ts';
import { loadPool } from './dataset.ts';
import { encodeExamples, type EncodeSettings } from './encode.ts';
import { ConfigurationError, DataError, MissingColumnError } from './error.ts';
import type { Example } from './example.ts';
import type { Pool } from './few-shot.ts';
import { checkLabelWords } from './label-words.ts';
import { parseTemplate } from './template.ts';
import type { Tokenizer } from './tokenizer.ts';

export interface TaskCheck {
  task: TaskSettings;
  tokenizer: Tokenizer;
  /** The longest of the sweep. */
  promptLength: number;
  maxPositions: number;
}

export interface TaskReport {
  /** Label → training examples there are to draw from. */
  classes: Record<string, number>;
  examples: { test: number; mismatched: number | null };
  /** Mean length in tokens, template and special tokens included, over the first examples. */
  meanTokens: number;
  /** Examples of all splits that have no label and are left out. */
  unlabelled: number;
  /** The test file has no labels, and test is the dev file. */
  testedOnDev: boolean;
  /** Splits with examples that are longer than the backbone can read. */
  shortened: ShortenedFacts[];
}

/** Enough to tell a mean length for the cost estimate, and whether a split has long examples. */
const EXAMPLES_MEASURED = 1000;

/**
 * Reads the task's data and says what is wrong with it, if anything.
 * @throws ConfigurationError for label words, template or metric
 * @throws DataError for a missing column, broken lines, unknown labels, an empty class or an empty test
 */
export async function checkTask(check: TaskCheck): Promise<TaskReport> {
  const { task, tokenizer } = check;
  parseTemplate(task.template);
  checkLabelWords(task, tokenizer);
  checkMetric(task);
  const pool = await loadPool(task).catch((error: unknown) => {
    throw withRemedy(error);
  });
  checkLabels(task, pool);
  checkTest(task, pool);
  const settings = { ...task, tokenizer, maxTokens: check.maxPositions - check.promptLength };
  const measured = encodeExamples(pool.train.slice(0, EXAMPLES_MEASURED), settings);
  const tokens = measured.examples.reduce((sum, { tokenIds }) => sum + tokenIds.length, 0);
  return {
    classes: Object.fromEntries(labelsOf(task.labelWords).map((label) => [label, countLabel(pool.train, label)])),
    examples: { test: pool.test.length, mismatched: pool['test-mismatched']?.length ?? null },
    meanTokens: tokens / measured.examples.length,
    unlabelled: pool.unlabelled,
    testedOnDev: pool.testedOnDev,
    shortened: shortenedIn(pool, settings),
  };
}

/** Dev is drawn from the training examples, and so is not looked at. */
function shortenedIn(pool: Pool, settings: EncodeSettings): ShortenedFacts[] {
  const splits: [Split, Example[] | undefined][] = [
    ['train', pool.train],
    ['test', pool.test],
    ['test-mismatched', pool['test-mismatched']],
  ];
  return splits.flatMap(([split, examples = []]) => {
    const first = examples.slice(0, EXAMPLES_MEASURED);
    const { shortened } = encodeExamples(first, settings);
    return shortened === 0 ? [] : [{ split, shortened, measured: first.length }];
  });
}

function checkMetric(task: TaskSettings): void {
  const classes = Object.keys(task.labelWords).length;
  if (classes < 2)
    throw new ConfigurationError(`Expected task ${task.name} to have two labels or more, found ${classes}.`);
  if (task.metric !== 'accuracy' && classes !== 2) {
    throw new ConfigurationError(
      `Expected two labels for the metric ${task.metric} (task ${task.name}), found ${classes}.`,
    );
  }
}

/** Characters of an unknown label. */
const LABEL_SHOWN = 40;
const NUMBERED = 'Where the data numbers its classes, `labelWords` of the sweep file says which number is which word.';
const NAMED_OTHERWISE = 'Where the data has it under another name, `columns` of the sweep file says under which.';

function withRemedy(error: unknown): unknown {
  if (!(error instanceof MissingColumnError)) return error;
  return new MissingColumnError(error.field, `${error.message} ${NAMED_OTHERWISE}`);
}

function checkLabels(task: TaskSettings, pool: Pool): void {
  const known = labelsOf(task.labelWords);
  const unknown = new Map<string, number>();
  for (const { label } of [...pool.train, ...pool.test, ...(pool['test-mismatched'] ?? [])]) {
    if (!known.includes(label)) unknown.set(label, (unknown.get(label) ?? 0) + 1);
  }
  if (unknown.size > 0) {
    const found = [...unknown].slice(0, 5).map(([label, count]) => `"${cutOff(label)}" (${count} times)`);
    throw new DataError(
      `Expected the labels ${known.join(', ')} in the data of task ${task.name}, found ${found.join(', ')}. ${NUMBERED}`,
    );
  }
  const empty = known.find((label) => countLabel(pool.train, label) === 0);
  if (empty !== undefined) {
    throw new DataError(
      `Expected training examples of every class of task ${task.name}, found none of label "${empty}".`,
    );
  }
}

/** A file that has no examples is refused where it is read: these would come from the only one. */
function checkTest({ name }: TaskSettings, { test }: Pool): void {
  if (test.length > 0) return;
  throw new DataError(
    `Expected test examples of task ${name}, found none: of a data set's only file a fifth of each class is kept for test, which takes three examples of some class. Give it a test file.`,
  );
}

/** Where `columns` names the wrong column, what stands for a label is a text. */
function cutOff(label: string): string {
  return label.length > LABEL_SHOWN ? `${label.slice(0, LABEL_SHOWN)}…` : label;
}

function countLabel(examples: Example[], label: string): number {
  return examples.filter((example) => example.label === label).length;
}
