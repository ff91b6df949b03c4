import { expect, test } from 'vitest';
import { ConfigurationError, DataError } from '../../data/error.ts';
import { DivergedError } from '../../training/diverged.ts';
import { toTrainerError } from '../../training/error-kind.ts';
import { TooLargeError } from '../../training/too-large.ts';

test.each([
  [new DataError('x'), 'data'],
  [new ConfigurationError('x'), 'configuration'],
  [DivergedError.inStep(3, Number.NaN, 1), 'diverged'],
  [new Error('OOM when allocating tensor with shape[8,512]'), 'out-of-memory'],
  [new RangeError('Array buffer allocation failed'), 'out-of-memory'],
  [new Error('std::bad_alloc'), 'out-of-memory'],
  [new Error('something else'), 'unknown'],
  ['thrown text', 'unknown'],
])('%s is sorted as %s', (error, kind) => {
  expect(toTrainerError(error).kind).toBe(kind);
});

test('a trial that was refused for its size is told from one that memory ran out of', () => {
  expect(toTrainerError(new TooLargeError(2, 1))).toMatchObject({ kind: 'out-of-memory', isRefusal: true });
  expect(toTrainerError(new Error('OOM'))).not.toHaveProperty('isRefusal');
});
