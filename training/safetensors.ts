// The safetensors format: a header, then the numbers of every tensor, little-endian.
import { open, type FileHandle } from 'node:fs/promises';
import { PIECE_BYTES } from '../data/backbone-files.ts';
import { widenBf16, widenF16 } from './half-floats.ts';
import {
  checkPlaces,
  elements,
  entryOf,
  headerLength,
  LENGTH_BYTES,
  parseHeader,
  SafetensorsError,
  type Header,
  type TensorEntry,
} from './safetensors-header.ts';

export interface StoredTensor {
  shape: number[];
  values: Float32Array;
}

export interface Reading {
  /** Where the numbers go; memory of their own where absent. */
  into?: Float32Array;
  /** Awaited after each piece. */
  afterSome?: (() => Promise<void>) | undefined;
}

export interface SafetensorsFile extends Header {
  /** Reads one tensor. @throws SafetensorsError where it is missing or no float of 16 or 32 bits */
  read(name: string, reading?: Reading): Promise<Float32Array>;
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
      read: async (name, { into, afterSome } = {}) => {
        const entry = entryOf(header.entries, name, path);
        const values = into ?? new Float32Array(elements(entry.shape));
        await readInto(file, values, { entry, start: LENGTH_BYTES + length, source: path, afterSome });
        return values;
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

async function readBytes(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}

interface Place {
  entry: TensorEntry;
  start: number;
  source: string;
  afterSome: Reading['afterSome'];
}

async function readInto(
  file: FileHandle,
  values: Float32Array,
  { entry, start, source, afterSome }: Place,
): Promise<void> {
  const { name, shape, begin, end } = entry;
  if (values.length !== elements(shape)) {
    throw new SafetensorsError(`Expected room for ${elements(shape)} numbers of \`${name}\`, found ${values.length}.`);
  }
  const bytes = roomFor(entry, values);
  let done = 0;
  while (done < bytes.length) {
    const length = Math.min(bytes.length - done, PIECE_BYTES);
    const { bytesRead } = await file.read(bytes, done, length, start + begin + done);
    if (bytesRead === 0)
      throw new SafetensorsError(`Expected ${end - begin} bytes of \`${name}\` in ${source}, found ${done}.`);
    done += bytesRead;
    await afterSome?.();
  }
  widen(entry, bytes, values);
}
