// One trial's scores and configuration as names and values for people: on the page and on the terminal the same.
import type { TrialRow } from '../db/fence.ts';
import { isTrained } from '../sweep/methods/index.ts';
import { percent, withThousands } from '../sweep/numbers.ts';

export type Fact = readonly [name: string, value: string | number | null];

export function scoreFacts(row: TrialRow): Fact[] {
  const { metric, devScore, testScore, selectedStep, steps, trainableParameters, shortened, stopReason } = row;
  const splits = Object.entries(shortened ?? {}).map(([split, examples]) => `${examples} in ${split}`);
  return [
    ['metric', metric],
    ['dev, %', percent(devScore)],
    ['test, %', percent(testScore)],
    ['selected step', selectedStep === null ? null : `${selectedStep} of ${steps ?? '?'}`],
    ['trained numbers', withThousands(trainableParameters)],
    ['shortened examples', splits.length === 0 ? null : splits.join(', ')],
    ...(stopReason === null ? [] : [['stopped early', stopReason.words] as const]),
  ];
}

export function configurationFacts({ trial }: TrialRow): Fact[] {
  const { backbone, task, regime, method, training, dataSeed, trainSeed } = trial;
  return [
    ['backbone', backbone.name],
    ...leaves({ task, regime, method, ...(isTrained(method.method) ? { training } : {}) }),
    ['data seed', dataSeed],
    ['training seed', trainSeed],
  ];
}

/** A tree's leaves with their paths; plain lists stay whole. */
export function leaves(tree: object, path = ''): Fact[] {
  return Object.entries(tree).flatMap(([key, value]: [string, unknown]): Fact[] => {
    const name = path === '' ? key : `${path}.${key}`;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? leaves(value, name)
      : [[name, written(value)]];
  });
}

function written(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.length === 0 ? null : value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
