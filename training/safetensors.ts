// The safetensors format (https://github.com/huggingface/safetensors): eight bytes of header length, a JSON header with
// dtype, shape and place of every tensor, then the numbers, little-endian.
import { open, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { widenBf16, widenF16 } from './half-floats.ts';

const LENGTH_BYTES = 8;
/** The format's own limit. */
const MAX_HEADER_BYTES = 100_000_000;

export class SafetensorsError extends Error {
  readonly kind = 'configuration';
  override readonly name = 'SafetensorsError';
}

export interface StoredTensor {
  shape: number[];
  values: Float32Array;
}

export interface TensorEntry {
  name: string;
  dtype: string;
  shape: number[];
  /** Bytes from `begin` up to `end`, counted from the first byte after the header. */
  begin: number;
  end: number;
}

export interface SafetensorsFile {
  entries: Map<string, TensorEntry>;
  metadata: Record<string, string>;
  /** Reads one tensor, into `values` where given. @throws SafetensorsError where it is missing or no float of 16 or 32 bits */
  read(name: string, values?: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Opens a file and checks its header; tensors are read one at a time. */
export async function readSafetensors(path: string): Promise<SafetensorsFile> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const length = headerLength(await readBytes(file, 0, Math.min(LENGTH_BYTES, size)), { size, source: path });
    const header = parseHeader(await readBytes(file, LENGTH_BYTES, length), path);
    checkPlaces(header.entries, { dataBytes: size - LENGTH_BYTES - length, source: path });
    return {
      ...header,
      read: async (name, values) => {
        const entry = entryOf(header.entries, name, path);
        const into = values ?? new Float32Array(elements(entry.shape));
        await readInto(file, into, { entry, start: LENGTH_BYTES + length, source: path });
        return into;
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

export function encodeSafetensors(
  tensors: Record<string, StoredTensor>,
  metadata: Record<string, string> = {},
): Uint8Array {
  let offset = 0;
  const entries = Object.entries(tensors).map(([name, { shape, values }]) => {
    if (elements(shape) !== values.length) {
      throw new SafetensorsError(`Expected \`${name}\` to have ${elements(shape)} numbers, found ${values.length}.`);
    }
    const begin = offset;
    offset += values.byteLength;
    return [name, { dtype: 'F32', shape, data_offsets: [begin, offset] }] as const;
  });
  const text = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  const header = new TextEncoder().encode(text);
  // Padded with spaces so that the numbers start at a multiple of eight bytes.
  const padded = Math.ceil(header.length / LENGTH_BYTES) * LENGTH_BYTES;
  const bytes = new Uint8Array(LENGTH_BYTES + padded + offset).fill(0x20, LENGTH_BYTES, LENGTH_BYTES + padded);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(header, LENGTH_BYTES);
  let at = LENGTH_BYTES + padded;
  for (const { values } of Object.values(tensors)) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

export function decodeSafetensors(bytes: Uint8Array): {
  tensors: Record<string, StoredTensor>;
  metadata: Record<string, string>;
} {
  const source = 'the given bytes';
  const length = headerLength(bytes.subarray(0, LENGTH_BYTES), { size: bytes.length, source });
  const start = LENGTH_BYTES + length;
  const { entries, metadata } = parseHeader(bytes.subarray(LENGTH_BYTES, start), source);
  checkPlaces(entries, { dataBytes: bytes.length - start, source });
  const tensors = [...entries.values()].map(({ name, shape }) => {
    const entry = entryOf(entries, name, source);
    const values = new Float32Array(elements(shape));
    const stored = roomFor(entry, values);
    // Copied: the place in `bytes` need not be a multiple of four, and a Buffer's slice would share its memory.
    stored.set(bytes.subarray(start + entry.begin, start + entry.end));
    widen(entry, stored, values);
    return [name, { shape, values }] as const;
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}

function headerLength(first: Uint8Array, { size, source }: { size: number; source: string }): number {
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

function parseHeader(bytes: Uint8Array, source: string): Pick<SafetensorsFile, 'entries' | 'metadata'> {
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

function checkPlaces(
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

function entryOf(entries: Map<string, TensorEntry>, name: string, source: string): TensorEntry {
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

/** Where a tensor's bytes are read to: 32-bit floats lie as they stay. */
function roomFor({ dtype, begin, end }: TensorEntry, values: Float32Array): Uint8Array {
  if (dtype !== 'F32') return new Uint8Array(end - begin);
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function widen({ dtype }: TensorEntry, stored: Uint8Array, values: Float32Array): void {
  if (dtype === 'F32') return;
  const bits = new Uint16Array(stored.buffer, stored.byteOffset, stored.byteLength / 2);
  if (dtype === 'F16') widenF16(bits, values);
  else widenBf16(bits, values);
}

function elements(shape: number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

async function readBytes(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}

interface Place {
  entry: TensorEntry;
  start: number;
  source: string;
}

async function readInto(file: FileHandle, values: Float32Array, { entry, start, source }: Place): Promise<void> {
  const { name, shape, begin, end } = entry;
  if (values.length !== elements(shape)) {
    throw new SafetensorsError(`Expected room for ${elements(shape)} numbers of \`${name}\`, found ${values.length}.`);
  }
  const bytes = roomFor(entry, values);
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, start + begin + done);
    if (bytesRead === 0)
      throw new SafetensorsError(`Expected ${end - begin} bytes of \`${name}\` in ${source}, found ${done}.`);
    done += bytesRead;
  }
  widen(entry, bytes, values);
}
