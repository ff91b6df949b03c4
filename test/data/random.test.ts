import { expect, test } from 'vitest';
import { permutation, threefry2x32 } from '../../data/random.ts';

test('Threefry gives the words of its published test vectors', () => {
  // Random123's kat_vectors, threefry2x32 with 20 rounds: counter, key → result.
  expect(threefry2x32([0, 0], [0, 0])).toEqual([0x6b200159, 0x99ba4efe]);
  expect(threefry2x32([-1, -1], [-1, -1])).toEqual([0x1cb996fc, 0xbb002be7]);
  expect(threefry2x32([0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3])).toEqual([0xc4923a9c, 0x483df7a0]);
});

test('a permutation holds every number once, and depends on seed, stream and block', () => {
  const key = { seed: 13, stream: 2 };
  const order = permutation(100, key);
  expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect(permutation(100, key)).toEqual(order);
  expect(permutation(100, { seed: 21, stream: 2 })).not.toEqual(order);
  expect(permutation(100, { seed: 13, stream: 3 })).not.toEqual(order);
  expect(permutation(100, key, 1)).not.toEqual(order);
});
