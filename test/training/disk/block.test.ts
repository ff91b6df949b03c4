import { describe, expect, test } from 'vitest';
import { DamagedBlockError, decodeBlock, encodeBlock, type Block } from '../../../training/disk/block.ts';

/** Two examples of two tokens and of one, in three numbers each. */
const BLOCK: Block = { rows: [Float32Array.of(1, 2, 3, -0, Number.NaN, 6), Float32Array.of(7, 8, 1e-45)], width: 3 };

function bytesOf(name = 'a'): Buffer {
  return Buffer.concat(encodeBlock(name, BLOCK));
}

describe('a block of hidden states', () => {
  test('comes back to the last bit', () => {
    const { rows, width } = decodeBlock('a', bytesOf());
    expect(width).toBe(3);
    expect(rows.map((row) => [...new Uint32Array(row.slice().buffer)])).toEqual(
      BLOCK.rows.map((row) => [...new Uint32Array(row.slice().buffer)]),
    );
  });

  test('is refused at every length but its own', () => {
    const whole = bytesOf();
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeBlock('a', Buffer.from(whole.subarray(0, length)))).toThrow(DamagedBlockError);
    }
    expect(() => decodeBlock('a', Buffer.concat([whole, Buffer.alloc(1)]))).toThrow(DamagedBlockError);
  });

  test('is refused with any bit turned over', () => {
    const whole = bytesOf();
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const changed = Buffer.from(whole);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => decodeBlock('a', changed), `bit ${bit}`).toThrow(DamagedBlockError);
    }
  });

  test('is refused under the name of another', () => {
    expect(() => decodeBlock('b', bytesOf('a'))).toThrow('Expected its checksum to fit its content, found another.');
  });
});
