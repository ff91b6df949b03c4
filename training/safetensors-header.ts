// The header of a safetensors file (https://github.com/huggingface/safetensors): eight bytes of length, then JSON with dtype, shape
// and place of every tensor.
import { z } from 'zod';

export const LENGTH_BYTES = 8;
/** The format's own limit. */
const MAX_HEADER_BYTES = 100_000_000;

export class SafetensorsError extends Error {
  readonly kind = 'configuration';
  override readonly name = 'SafetensorsError';
}

export interface TensorEntry {
  name: string;
  dtype: string;
  shape: number[];
  /** Bytes from `begin` up to `end`, counted from the first byte after the header. */
  begin: number;
  end: number;
}

export interface Header {
  entries: Map<string, TensorEntry>;
  metadata: Record<string, string>;
}

export function headerLength(first: Uint8Array, { size, source }: { size: number; source: string }): number {
  if (first.length < LENGTH_BYTES) {
    throw new SafetensorsError(`Expected ${source} to be a safetensors file, found only ${size} bytes.`);
  }
  const length = Number(new DataView(first.buffer, first.byteOffset).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES || LENGTH_BYTES + length > size) {
    throw new SafetensorsError(
      `Expected ${source} to be a whole safetensors file, found a header of ${length} bytes in a file of ${size}: it is truncated or of another format.`,
    );
  }
  return length;
}

const headerSchema = z.record(
  z.string(),
  z.object({
    dtype: z.string(),
    shape: z.array(z.int().nonnegative()),
    data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
  }),
);
const metadataSchema = z.record(z.string(), z.string());

export function parseHeader(bytes: Uint8Array, source: string): Header {
  const { __metadata__: metadata = {}, ...tensors } = parseJson(bytes, source);
  const parsed = headerSchema.safeParse(tensors);
  const parsedMetadata = metadataSchema.safeParse(metadata);
  if (!parsed.success || !parsedMetadata.success) {
    const where = (parsed.error ?? parsedMetadata.error)?.issues[0]?.path.join('.') ?? '';
    throw new SafetensorsError(
      `Expected the header of ${source} to be that of a safetensors file, found \`${where}\` malformed.`,
    );
  }
  const entries = Object.entries(parsed.data).map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [begin, end],
      },
    ]) => {
      return [name, { name, dtype, shape, begin, end }] as const;
    },
  );
  return { entries: new Map(entries), metadata: parsedMetadata.data };
}

function parseJson(bytes: Uint8Array, source: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    throw new SafetensorsError(`Expected the header of ${source} to be a JSON object, found something else.`, {
      cause: error,
    });
  }
}

const DTYPE_BYTES: Record<string, number> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

export function checkPlaces(
  entries: Map<string, TensorEntry>,
  { dataBytes, source }: { dataBytes: number; source: string },
): void {
  for (const { name, dtype, shape, begin, end } of entries.values()) {
    const bytes = elements(shape) * (DTYPE_BYTES[dtype] ?? Number.NaN);
    if (end > dataBytes) {
      throw new SafetensorsError(
        `Expected \`${name}\` in ${source} to end at byte ${end} of the data, found only ${dataBytes} bytes: the file is truncated.`,
      );
    }
    if (end - begin !== bytes && !Number.isNaN(bytes)) {
      throw new SafetensorsError(
        `Expected \`${name}\` in ${source} (${dtype} [${shape.join(', ')}]) to take ${bytes} bytes, found ${end - begin}.`,
      );
    }
  }
}

export function entryOf(entries: Map<string, TensorEntry>, name: string, source: string): TensorEntry {
  const entry = entries.get(name);
  if (entry === undefined) throw new SafetensorsError(`Expected a tensor \`${name}\` in ${source}, found none.`);
  if (!READABLE.includes(entry.dtype)) {
    throw new SafetensorsError(
      `Expected \`${name}\` in ${source} to be ${READABLE.join(', ')}, found ${entry.dtype}: convert the weights to 32-bit floats first.`,
    );
  }
  return entry;
}

const READABLE = ['F32', 'F16', 'BF16'];

export function elements(shape: number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
