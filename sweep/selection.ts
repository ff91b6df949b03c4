// Pure: which trials a verb is about, as a person writes it: `method=lpt,insertionLayer=6|9`.
import { TRAINING_FIELDS } from './defaults.ts';
import { DESCRIPTORS, METHODS } from './methods/index.ts';
import { nearestTo } from './nearest.ts';
import { REGIMES } from './regime.ts';
import { TRIAL_STATES } from './states.ts';

export type SelectedValue = string | number | boolean;

/** One field with the values that are meant; a trial has to have one of them. */
export interface Condition {
  field: string;
  values: SelectedValue[];
}

/** A trial has to fulfil every condition; without any, all trials are meant. */
export type Selection = Condition[];

export class SelectionError extends Error {
  override name = 'SelectionError';
}

const WORDS: Record<string, readonly string[] | null> = {
  task: null,
  method: METHODS,
  regime: REGIMES,
  state: TRIAL_STATES,
};
const NUMBERS = ['k', 'dataSeed', 'trainSeed', 'insertionLayer', 'promptLength'];
/** Settings that may be several at once: `6+9`, as results print it. */
const SEVERAL = ['insertionLayer', 'targets'];
const OF_METHODS = DESCRIPTORS.flatMap(({ settings }) => Object.keys(settings));

/** What can be selected by: columns of results, then settings of methods and of training. */
export const SELECTION_FIELDS = [...new Set([...Object.keys(WORDS), ...NUMBERS, ...OF_METHODS, ...TRAINING_FIELDS])];

/** @throws SelectionError naming the field, or the nearest right one */
export function parseSelection(text: string): Selection {
  const selection = text.split(',').map(parseCondition);
  const fields = selection.map(({ field }) => field);
  const twice = fields.find((field, index) => fields.indexOf(field) !== index);
  if (twice === undefined) return selection;
  throw new SelectionError(
    `Expected each field of a selection once, found \`${twice}\` twice. Several values are written \`'${twice}=6|9'\`.`,
  );
}

export function describeSelection(selection: Selection): string {
  return selection.map(({ field, values }) => `${field}=${values.join('|')}`).join(',');
}

/** Of `6+9` what is meant together; null where the value is one. */
export function partsOf(field: string, value: SelectedValue): SelectedValue[] | null {
  if (!isSeveral(field, String(value))) return null;
  return String(value)
    .split('+')
    .map((part) => parseValue(field, part.trim()));
}

function isSeveral(field: string, text: string): boolean {
  return SEVERAL.includes(field) && text.includes('+');
}

export function isTrainingField(field: string): boolean {
  return TRAINING_FIELDS.includes(field);
}

function parseCondition(text: string): Condition {
  const [, field, list] = /^\s*(\w+)\s*=(.*)$/.exec(text) ?? [];
  if (field === undefined || list === undefined) {
    throw new SelectionError(
      `Expected a selection as \`'method=lpt,insertionLayer=6|9'\`, found \`${text.trim() === '' ? 'nothing' : text.trim()}\` in place of a field with its value.`,
    );
  }
  if (!SELECTION_FIELDS.includes(field)) {
    const near = nearestTo(field, SELECTION_FIELDS);
    const hint = near === null ? `It is one of: ${SELECTION_FIELDS.join(', ')}.` : `Did you mean \`${near}\`?`;
    throw new SelectionError(`Expected a field that trials have, found \`${field}\`. ${hint}`);
  }
  return { field, values: list.split('|').map((value) => parseValue(field, value.trim())) };
}

function parseValue(field: string, text: string): SelectedValue {
  if (text === '') throw new SelectionError(`Expected a value for \`${field}\`, found nothing.`);
  const parts = partsOf(field, text);
  if (parts !== null) return parts.join('+');
  const words = WORDS[field];
  if (words !== undefined) return words === null ? text : knownWord({ field, text, words });
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  if (Number.isFinite(number)) return number;
  if (NUMBERS.includes(field)) throw new SelectionError(`Expected \`${field}\` to be a number, found \`${text}\`.`);
  return text;
}

function knownWord({ field, text, words }: { field: string; text: string; words: readonly string[] }): string {
  if (words.includes(text)) return text;
  const near = nearestTo(text, words);
  const hint = near === null ? '' : ` Did you mean \`${near}\`?`;
  throw new SelectionError(`Expected \`${field}\` to be one of ${words.join(', ')}, found \`${text}\`.${hint}`);
}
