// In a decoder nothing that stands behind the position that is read is seen from it: such rows do not go into the last layer.
import type { LayerRows } from './layer.ts';
import type { JoinedRows } from './packed/joined-rows.ts';
import { startsOf } from './packed/packing.ts';

export function upToRead({ rows, lengths, readAt }: Required<LayerRows>): Required<LayerRows> {
  const starts = startsOf(lengths);
  const seen = readAt.map((row, sequence) => row - (starts[sequence] ?? 0) + 1);
  if (seen.every((count, sequence) => count === lengths[sequence])) return { rows, lengths, readAt };
  const taken = seen.flatMap((count, sequence) => Array.from({ length: count }, (_, t) => (starts[sequence] ?? 0) + t));
  const lasts = startsOf(seen).slice(1);
  return { rows: only(rows, taken), lengths: seen, readAt: lasts.map((end) => end - 1) };
}

function only(rows: JoinedRows, taken: number[]): JoinedRows {
  const { order } = rows;
  return { ...rows, order: Int32Array.from(taken, (row) => (order === null ? row : (order[row] ?? -1))) };
}
