// Pure: whether a trial that was run again came out with the same numbers, to the last bit, or where it first did not.
import { createHash } from 'node:crypto';
import type { MetricName, Split } from './task.ts';

/** Everything about a trial that its seeds decide: no times, no memory. */
export interface TrialNumbers {
  /** In any order. */
  curves: { step: number; name: string; value: number }[];
  evaluations: {
    step: number;
    split: Split;
    metric: MetricName;
    score: number;
    loss: number;
    predictions: number[] | null;
  }[];
  outcome: Record<'devScore' | 'testScore' | 'selectedStep' | 'steps' | 'trainableParameters', number | null>;
  /** The selected weights as they are kept; null where none are. */
  weights: Uint8Array | null;
}

export interface NumberDifference {
  /** `loss`, `score on dev`, `testScore`, … */
  what: string;
  /** Null where it belongs to no step. */
  step: number | null;
  /** Null: there is none. */
  original: string | null;
  repeated: string | null;
}

const NUMBER_KINDS = ['curves', 'scores', 'predictions', 'trained weights'] as const;
export type NumberKind = (typeof NUMBER_KINDS)[number];

export interface Repetition {
  compared: number;
  /** Of which kinds those are. */
  kinds: NumberKind[];
  /** Kinds that the repeated trial alone has: of the original they were pruned, or never kept. They are not compared. */
  forgotten: NumberKind[];
  /** In the order in which a trial makes its numbers: the first is where the two part. */
  differences: NumberDifference[];
}

export function compareNumbers(original: TrialNumbers, repeated: TrialNumbers): Repetition {
  const [one, all] = [numbered(original), numbered(repeated)];
  const kinds = kindsOf(one);
  const forgotten = kindsOf(all).filter((kind) => !kinds.includes(kind));
  const other = new Map([...all].filter(([, { kind }]) => kinds.includes(kind)));
  const names = new Map([...one, ...other].map(([name, { place }]) => [name, place]));
  const inOrder = [...names].sort(([a, at], [b, bt]) => comparePlaces(at, bt) || (a < b ? -1 : 1));
  const differences = inOrder.flatMap(([name]): NumberDifference[] => {
    const [before, after] = [one.get(name), other.get(name)];
    if (before?.value === after?.value) return [];
    const { what, step } = before ?? after ?? { what: name, step: null };
    return [{ what, step, original: before?.value ?? null, repeated: after?.value ?? null }];
  });
  return { compared: names.size, kinds, forgotten, differences };
}

function kindsOf(numbers: Map<string, Numbered>): NumberKind[] {
  const found = new Set([...numbers.values()].map(({ kind }) => kind));
  return NUMBER_KINDS.filter((kind) => found.has(kind));
}

interface Numbered {
  kind: NumberKind;
  what: string;
  step: number | null;
  /** Written out so that equal texts are equal bits: JavaScript prints the shortest text that reads back as the same number. */
  value: string;
  place: [phase: number, step: number, order: number];
}

/** While it trains step by step, each step's curves before its evaluation; then test, the outcome and the weights. */
const TRAINING = 0;
const TEST = 1;
const OUTCOME = 2;

function numbered({ curves, evaluations, outcome, weights }: TrialNumbers): Map<string, Numbered> {
  const all: Numbered[] = [
    ...curves.map(({ step, name, value }): Numbered => ({
      ...{ kind: 'curves', what: name, step, value: written(value) },
      place: [TRAINING, step, 0],
    })),
    ...evaluations.flatMap(numbersOf),
    ...Object.entries(outcome).map(([name, value]): Numbered => ({
      ...{ kind: 'scores', what: name, step: null, value: value === null ? 'none' : written(value) },
      place: [OUTCOME, 0, 0],
    })),
    ...(weights === null ? [] : [hashed(weights)]),
  ];
  return new Map(all.map((number) => [`${number.what} ${number.step ?? ''}`, number]));
}

function numbersOf({ step, split, score, loss, predictions }: TrialNumbers['evaluations'][number]): Numbered[] {
  const place: Numbered['place'] = split === 'dev' ? [TRAINING, step, 1] : [TEST, step, 1];
  const scored: Numbered[] = [
    { kind: 'scores', what: `score on ${split}`, step, value: written(score), place },
    { kind: 'scores', what: `loss on ${split}`, step, value: written(loss), place },
  ];
  if (predictions === null) return scored;
  return [
    ...scored,
    { kind: 'predictions', what: `predictions on ${split}`, step, value: predictions.join(' '), place },
  ];
}

function hashed(weights: Uint8Array): Numbered {
  const value = `sha256 ${createHash('sha256').update(weights).digest('hex')}`;
  return { kind: 'trained weights', what: 'trained weights', step: null, value, place: [OUTCOME, 0, 1] };
}

/** `-0` is not `0` to the last bit. */
function written(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function comparePlaces(one: Numbered['place'], other: Numbered['place']): number {
  return one[0] - other[0] || one[1] - other[1] || one[2] - other[2];
}
