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

export interface Repetition {
  compared: number;
  /** In the order in which a trial makes its numbers: the first is where the two part. */
  differences: NumberDifference[];
}

export function compareNumbers(original: TrialNumbers, repeated: TrialNumbers): Repetition {
  const [one, other] = [numbered(original), numbered(repeated)];
  const names = new Map([...one, ...other].map(([name, { place }]) => [name, place]));
  const inOrder = [...names].sort(([a, at], [b, bt]) => comparePlaces(at, bt) || (a < b ? -1 : 1));
  const differences = inOrder.flatMap(([name]): NumberDifference[] => {
    const [before, after] = [one.get(name), other.get(name)];
    if (before?.value === after?.value) return [];
    const { what, step } = before ?? after ?? { what: name, step: null };
    return [{ what, step, original: before?.value ?? null, repeated: after?.value ?? null }];
  });
  return { compared: names.size, differences };
}

interface Numbered {
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
      ...{ what: name, step, value: written(value) },
      place: [TRAINING, step, 0],
    })),
    ...evaluations.flatMap(({ step, split, ...scored }): Numbered[] => {
      const place: Numbered['place'] = split === 'dev' ? [TRAINING, step, 1] : [TEST, step, 1];
      const predictions = scored.predictions === null ? [] : [['predictions', scored.predictions.join(' ')] as const];
      const values = [['score', written(scored.score)], ['loss', written(scored.loss)], ...predictions] as const;
      return values.map(([name, value]) => ({ what: `${name} on ${split}`, step, value, place }));
    }),
    ...Object.entries(outcome).map(([name, value]): Numbered => ({
      ...{ what: name, step: null, value: value === null ? 'none' : written(value) },
      place: [OUTCOME, 0, 0],
    })),
    {
      what: 'trained weights',
      step: null,
      value: weights === null ? 'none' : `sha256 ${createHash('sha256').update(weights).digest('hex')}`,
      place: [OUTCOME, 0, 1],
    },
  ];
  return new Map(all.map((number) => [`${number.what} ${number.step ?? ''}`, number]));
}

/** `-0` is not `0` to the last bit. */
function written(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function comparePlaces(one: Numbered['place'], other: Numbered['place']): number {
  return one[0] - other[0] || one[1] - other[1] || one[2] - other[2];
}
