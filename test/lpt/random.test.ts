import { expect, test } from 'vitest';
import { dropoutMask, normals, uniforms } from '../../lpt/random.ts';

test('numbers are told by seed, stream and place alone', () => {
  const stream = { seed: 13, name: 'prompt' };
  expect(uniforms(stream, 10)).toEqual(uniforms(stream, 1000).slice(0, 10));
  expect(uniforms(stream, 10)).not.toEqual(uniforms({ seed: 14, name: 'prompt' }, 10));
  expect(uniforms(stream, 10)).not.toEqual(uniforms({ seed: 13, name: 'dropout' }, 10));
});

test('the numbers of a seed stay what they were in earlier versions', () => {
  expect(Array.from(uniforms({ seed: 42, name: 'prompt' }, 3))).toMatchInlineSnapshot(`
    [
      0.8064145445823669,
      0.9682474732398987,
      0.8437950015068054,
    ]
  `);
});

test('uniform numbers fill the unit interval evenly and stay inside it', () => {
  const counts = new Array<number>(10).fill(0);
  const numbers = uniforms({ seed: 1, name: 'x' }, 100_000);
  expect(numbers.every((number) => number > 0 && number < 1)).toBe(true);
  for (const number of numbers) {
    const tenth = Math.floor(number * 10);
    counts[tenth] = (counts[tenth] ?? 0) + 1;
  }
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
});

test('normal numbers have mean 0, deviation 1 and no correlation with their neighbours', () => {
  const numbers = normals({ seed: 2, name: 'x' }, 100_000);
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(Math.abs(mean(numbers))).toBeLessThan(0.015);
  expect(Math.abs(mean(numbers.map((value) => value * value)) - 1)).toBeLessThan(0.02);
  expect(Math.abs(mean(numbers.map((value, index) => value * (numbers[index + 1] ?? 0))))).toBeLessThan(0.015);
});

test('a dropout mask drops its share and scales what it keeps', () => {
  const mask = dropoutMask('dropout', 3, { size: 100_000, rate: 0.1 });
  const dropped = mask.filter((value) => value === 0).length;
  expect(Math.abs(dropped / mask.length - 0.1)).toBeLessThan(0.005);
  expect(new Set(mask)).toEqual(new Set([0, Math.fround(1 / 0.9)]));
});

test('part of a batch drops what its examples drop in the whole', () => {
  const whole = dropoutMask('dropout', 3, { size: 8 * 50, rate: 0.5 });
  const part = { seed: 3, first: 5, count: 2 };
  expect(dropoutMask('dropout', part, { size: 2 * 50, rate: 0.5 })).toEqual(whole.slice(5 * 50, 7 * 50));
});

test('rows without padding drop what they drop at their places in the padded batch', () => {
  // Three examples of four places; the second and third have rows at places 0 and 1, and 2.
  const whole = dropoutMask('dropout', 3, { size: 3 * 4 * 10, rate: 0.5 });
  const placed = (place: number) => Array.from(whole.slice(place * 10, (place + 1) * 10));
  const rows = { of: Int32Array.of(4, 5, 10), perExample: 4 };
  const found = dropoutMask('dropout', 3, { size: 30, rate: 0.5, rows });
  expect(Array.from(found)).toEqual([...placed(4), ...placed(5), ...placed(10)]);
  const part = { seed: 3, first: 1, count: 2 };
  const ofPart = dropoutMask('dropout', part, {
    size: 30,
    rate: 0.5,
    rows: { of: Int32Array.of(0, 1, 6), perExample: 4 },
  });
  expect(Array.from(ofPart)).toEqual(Array.from(found));
});
