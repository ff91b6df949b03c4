// Hidden states of one chunk after one layer, as the bytes of a file: sizes, rows, and a checksum over all of it.
import { createHash } from 'node:crypto';

export interface Block {
  /** H_k of each example, [T_i, D]. */
  rows: Float32Array[];
  /** D. */
  width: number;
}

/** Of a file that is not what was written: cut short, changed, or another block's. */
export class DamagedBlockError extends Error {
  override readonly name = 'DamagedBlockError';
}

const MARK = Buffer.from('lptblock');
const WORD = 4;
/** Mark, number of rows, width. */
const HEAD_BYTES = MARK.length + 2 * WORD;
const CHECKSUM_BYTES = 32;

/** @param name the block's own: a file under another's name is no use */
export function encodeBlock(name: string, { rows, width }: Block): Uint8Array[] {
  const head = Buffer.alloc(HEAD_BYTES + rows.length * WORD);
  MARK.copy(head);
  head.writeUInt32LE(rows.length, MARK.length);
  head.writeUInt32LE(width, MARK.length + WORD);
  rows.forEach((row, index) => head.writeUInt32LE(row.length / width, HEAD_BYTES + index * WORD));
  const values = rows.map(bytesOf);
  return [head, ...values, checksum(name, [head, ...values])];
}

/**
 * The rows are views of `bytes`.
 * @throws DamagedBlockError with what was expected and what was found
 */
export function decodeBlock(name: string, bytes: Buffer): Block {
  const { lengths, width } = readHead(bytes);
  const end = bytes.length - CHECKSUM_BYTES;
  if (!checksum(name, [bytes.subarray(0, end)]).equals(bytes.subarray(end))) {
    throw new DamagedBlockError('Expected its checksum to fit its content, found another.');
  }
  let at = bytes.byteOffset + HEAD_BYTES + lengths.length * WORD;
  const rows = lengths.map((length) => {
    const row = new Float32Array(bytes.buffer as ArrayBuffer, at, length * width);
    at += row.byteLength;
    return row;
  });
  return { rows, width };
}

/** Sizes are believed only when they lead to the very size of the file. */
function readHead(bytes: Buffer): { lengths: number[]; width: number } {
  if (bytes.length < HEAD_BYTES || !bytes.subarray(0, MARK.length).equals(MARK)) {
    throw new DamagedBlockError(`Expected a block of hidden states, found ${bytes.length} other bytes.`);
  }
  const count = bytes.readUInt32LE(MARK.length);
  const width = bytes.readUInt32LE(MARK.length + WORD);
  const valuesAt = HEAD_BYTES + count * WORD;
  const lengths =
    valuesAt > bytes.length
      ? []
      : Array.from({ length: count }, (_, index) => bytes.readUInt32LE(HEAD_BYTES + index * WORD));
  const values = lengths.reduce((sum, length) => sum + length, 0) * width;
  const expected = valuesAt + values * WORD + CHECKSUM_BYTES;
  if (expected !== bytes.length) {
    throw new DamagedBlockError(`Expected ${expected} bytes or more, found ${bytes.length}.`);
  }
  return { lengths, width };
}

function bytesOf(row: Float32Array): Uint8Array {
  return new Uint8Array(row.buffer, row.byteOffset, row.byteLength);
}

function checksum(name: string, parts: Uint8Array[]): Buffer {
  const hash = createHash('sha256').update(name);
  for (const part of parts) hash.update(part);
  return hash.digest();
}
