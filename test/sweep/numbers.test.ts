import { expect, test } from 'vitest';
import { percent } from '../../sweep/numbers.ts';

test('a score of just below 0 is printed as 0 is, and others with their sign', () => {
  expect([-0.0003, 0, -0.0006, 0.8734].map(percent)).toEqual(['0.0', '0.0', '-0.1', '87.3']);
});
