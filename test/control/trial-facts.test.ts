import { expect, test } from 'vitest';
import { configurationFacts, leaves } from '../../control/trial-facts.ts';
import type { TrialRow } from '../../db/fence.ts';
import { planOf } from '../support/trials.ts';

test('a tree of settings is its leaves with their paths, lists in plain words, and nothing where nothing is said', () => {
  const method = { targets: ['query', 'value'], rank: 4, layers: [], bias: null };
  expect(leaves({ method, isFrozen: true, k: 32 })).toEqual([
    ['method.targets', 'query, value'],
    ['method.rank', '4'],
    ['method.layers', null],
    ['method.bias', null],
    ['isFrozen', 'true'],
    ['k', '32'],
  ]);
});

test('a trial that trains nothing has no settings of training', () => {
  const { trials } = planOf('{ name: facts, tasks: [mr], regime: full, methods: [zero-shot, bitfit] }');
  const ofTraining = trials.map(({ trial }) =>
    configurationFacts({ trial } as TrialRow).filter(([name]) => name.startsWith('training.')),
  );
  expect(ofTraining[0]).toEqual([]);
  expect(ofTraining[1]!.length).toBeGreaterThan(5);
});
