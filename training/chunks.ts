// A split cut into fixed groups of examples of like length: the unit in which frozen layers are run.
import { createHash } from 'node:crypto';
import type { EncodedExample } from '../data/encode.ts';

export const CHUNK_SIZE = 16;

/** Indices of the examples, shortest first, in groups. Depends on the split's lengths and order alone. */
export function chunksOf(examples: EncodedExample[], size = CHUNK_SIZE): number[][] {
  const length = (index: number): number => examples[index]?.tokenIds.length ?? 0;
  const order = examples.map((_, index) => index).sort((a, b) => length(a) - length(b) || a - b);
  return Array.from({ length: Math.ceil(order.length / size) }, (_, c) => order.slice(c * size, (c + 1) * size));
}

/** Name of a chunk by its content: rounding in a matrix product depends on the rows beside, so all of them count. Of the last layer the mask's alone is kept. */
export function chunkAddress(examples: EncodedExample[]): string {
  const hash = createHash('sha256');
  for (const { tokenIds, maskPosition } of examples) {
    hash.update(`${tokenIds.length} ${maskPosition}:`);
    hash.update(tokenIds);
  }
  return hash.digest('base64');
}
