import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors, readSafetensors } from '../../training/safetensors.ts';

const tensors = {
  prompt: { shape: [2, 3], values: Float32Array.of(1, -2, 3.5, 0, 1e-30, 6) },
  bias: { shape: [1], values: Float32Array.of(42) },
  nothing: { shape: [0], values: new Float32Array() },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lpt-sweep-safetensors-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function stored(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

/** A file with this header and so many bytes of numbers. */
function withHeader(header: unknown, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

test('what was encoded comes back, numbers and metadata', () => {
  const decoded = decodeSafetensors(encodeSafetensors(tensors, { step: '7' }));
  expect(decoded.tensors).toEqual(tensors);
  expect(decoded.metadata).toEqual({ step: '7' });
});

test('decoding a Buffer out of a pool takes its own bytes, at any offset', () => {
  const bytes = encodeSafetensors(tensors);
  const odd = Buffer.concat([Buffer.from([9, 9, 9]), bytes]).subarray(3);
  expect(decodeSafetensors(odd).tensors).toEqual(tensors);
});

test('a file is read one tensor at a time, into given room too', async () => {
  const file = await readSafetensors(await stored('good.safetensors', encodeSafetensors(tensors, { a: 'b' })));
  expect([...file.entries.keys()]).toEqual(['prompt', 'bias', 'nothing']);
  expect(file.metadata).toEqual({ a: 'b' });
  const room = new Float32Array(8);
  await file.read('prompt', { into: room.subarray(1, 7) });
  expect(room).toEqual(Float32Array.of(0, 1, -2, 3.5, 0, 1e-30, 6, 0));
  expect(await file.read('bias')).toEqual(Float32Array.of(42));
  await file.close();
});

test('a large tensor is read in pieces, with a sign of life after each', async () => {
  const values = Float32Array.from({ length: 2 ** 23 + 1 }, (_, index) => index % 1000); // 32 MiB and 4 bytes
  const bytes = encodeSafetensors({ large: { shape: [values.length], values } });
  const file = await readSafetensors(await stored('large.safetensors', bytes));
  let signs = 0;
  const read = await file.read('large', { afterSome: () => Promise.resolve(void (signs += 1)) });
  expect(Buffer.compare(Buffer.from(read.buffer), Buffer.from(values.buffer))).toBe(0);
  expect(signs).toBe(3);
  await file.close();
});

test('encoding refuses a shape that does not fit the numbers', () => {
  const wrong = { x: { shape: [2, 2], values: new Float32Array(3) } };
  expect(() => encodeSafetensors(wrong)).toThrow('Expected `x` to have 4 numbers, found 3.');
});

describe('a broken file is refused with what is wrong', () => {
  const entry = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  const cases: [string, Uint8Array, RegExp][] = [
    ['empty', new Uint8Array(), /to be a safetensors file, found only 0 bytes/],
    ['cut in the header', withHeader({ x: entry }, 8).subarray(0, 20), /truncated or of another format/],
    [
      'cut in the numbers',
      withHeader({ x: entry }, 7),
      /`x` in .* end at byte 8 .* found only 7 bytes: the file is truncated/,
    ],
    ['not JSON', withHeader('{nope', 8), /to be a JSON object/],
    ['a header of another kind', withHeader({ x: { shape: [2] } }, 8), /found `x\.dtype` malformed/],
    [
      'offsets against the shape',
      withHeader({ x: { ...entry, shape: [3] } }, 8),
      /`x` in .* \(F32 \[3\]\) to take 12 bytes, found 8/,
    ],
    [
      'offsets in the wrong order',
      withHeader({ x: { ...entry, data_offsets: [8, 0] } }, 8),
      /`x` in .* to take 8 bytes, found -8/,
    ],
  ];
  test.each(cases)('%s', async (name, bytes, message) => {
    await expect(readSafetensors(await stored(name, bytes))).rejects.toThrow(message);
    expect(() => decodeSafetensors(bytes)).toThrow(message);
  });

  test('numbers of another kind, with the way out', async () => {
    const whole = withHeader({ x: { dtype: 'I32', shape: [1], data_offsets: [0, 4] } }, 4);
    const file = await readSafetensors(await stored('whole', whole));
    await expect(file.read('x')).rejects.toThrow(
      /`x` in .* to be F32, F16, BF16, found I32: convert the weights to 32-bit floats first/,
    );
    await expect(file.read('y')).rejects.toThrow(/Expected a tensor `y`/);
    await file.close();
  });
});

describe('floats of 16 bits are read as the same numbers in 32', () => {
  // Sign, exponent, fraction: 1, −2, the largest, the smallest normal, the smallest at all, −0, ∞ and what is no number.
  const HALVES = [0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x8000, 0x7c00, 0x7e00];
  const HALF_VALUES = [1, -2, 65504, 2 ** -14, 2 ** -24, -0, Infinity, Number.NaN];
  // The upper halves of 1, −2, 3.140625, the smallest normal float, −0, −∞.
  const BRAINS = [0x3f80, 0xc000, 0x4049, 0x0080, 0x8000, 0xff80];
  const BRAIN_VALUES = [1, -2, 3.140625, 2 ** -126, -0, -Infinity];

  test.each([
    ['F16', HALVES, HALF_VALUES],
    ['BF16', BRAINS, BRAIN_VALUES],
  ] as const)('%s', async (dtype, bits, values) => {
    const header = { x: { dtype, shape: [bits.length], data_offsets: [0, 2 * bits.length] } };
    const bytes = Buffer.concat([withHeader(header, 0), new Uint8Array(Uint16Array.from(bits).buffer)]);
    const file = await readSafetensors(await stored(dtype, bytes));
    expect([...(await file.read('x'))]).toEqual(values);
    const room = new Float32Array(bits.length + 2);
    await file.read('x', { into: room.subarray(1, bits.length + 1) });
    expect([...room]).toEqual([0, ...values, 0]);
    await file.close();
    expect([...decodeSafetensors(bytes).tensors['x']!.values]).toEqual(values);
  });
});
