import { expect, test } from 'vitest';
import { leaves } from '../../control/trial-facts.ts';

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
