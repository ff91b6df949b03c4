// Reads the index of a TensorFlow checkpoint ("tensor bundle"): a sorted table, in LevelDB's format, of name to place.

const FOOTER_BYTES = 48;
/** LevelDB's magic number, the last eight bytes. */
const MAGIC = 0xdb4775248b80fb57n;
/** After each block: one byte that says how it is packed, four of checksum. */
const UNPACKED = 0;
const FLOAT32 = 1;

/** @typedef {{shape: number[], offset: number, bytes: number}} BundleTensor a float32 tensor in the one data file */

/**
 * @param {Buffer} index the contents of `variables.index`
 * @returns {Map<string, BundleTensor>}
 */
export function readTensorBundle(index) {
  const footer = index.subarray(index.length - FOOTER_BYTES);
  if (footer.length < FOOTER_BYTES || footer.readBigUInt64LE(FOOTER_BYTES - 8) !== MAGIC) {
    throw new Error('Expected a tensor bundle index, found no table footer.');
  }
  const handles = createCursor(footer);
  handles.varint(); // where the meta index lies: not needed
  handles.varint();
  /** @type {Map<string, BundleTensor>} */
  const tensors = new Map();
  for (const [, handle] of readBlock(index, handles.varint(), handles.varint())) {
    const at = createCursor(handle);
    for (const [name, value] of readBlock(index, at.varint(), at.varint())) {
      if (name === '') continue; // the header: how many data files, which byte order
      const tensor = readTensorEntry(name, value);
      if (tensor) tensors.set(name, tensor);
    }
  }
  return tensors;
}

/**
 * A block of entries, each key given as what it adds to the one before.
 *
 * @param {Buffer} file
 * @param {number} offset
 * @param {number} size
 * @returns {[string, Buffer][]}
 */
function readBlock(file, offset, size) {
  if (file[offset + size] !== UNPACKED) throw new Error('Expected an uncompressed tensor bundle index.');
  const block = file.subarray(offset, offset + size);
  const restarts = block.readUInt32LE(block.length - 4);
  const cursor = createCursor(block.subarray(0, block.length - 4 - 4 * restarts));
  /** @type {[string, Buffer][]} */
  const entries = [];
  let key = Buffer.alloc(0);
  while (!cursor.done()) {
    const [shared, added, valueBytes] = [cursor.varint(), cursor.varint(), cursor.varint()];
    key = Buffer.concat([key.subarray(0, shared), cursor.take(added)]);
    entries.push([key.toString('utf8'), cursor.take(valueBytes)]);
  }
  return entries;
}

/**
 * One `BundleEntryProto`; other types than float32 are passed over.
 *
 * @param {string} name
 * @param {Buffer} message
 * @returns {BundleTensor | null}
 */
function readTensorEntry(name, message) {
  const fields = readMessage(message);
  if (numberField(fields, 1) !== FLOAT32) return null;
  if (numberField(fields, 3) !== 0) throw new Error(`Expected ${name} in the first data file of the bundle.`);
  const shape = fields
    .filter(({ field }) => field === 2)
    .flatMap(({ value }) => readShape(/** @type {Buffer} */ (value)));
  return { shape, offset: numberField(fields, 4), bytes: numberField(fields, 5) };
}

/** @param {Buffer} message a `TensorShapeProto` */
function readShape(message) {
  const dimensions = readMessage(message).filter(({ field }) => field === 2);
  return dimensions.map(({ value }) => numberField(readMessage(/** @type {Buffer} */ (value)), 1));
}

/**
 * Protocol buffers' wire format, as far as these messages use it.
 *
 * @param {Buffer} message
 * @returns {{field: number, value: number | Buffer}[]}
 */
function readMessage(message) {
  const cursor = createCursor(message);
  const fields = [];
  while (!cursor.done()) {
    const tag = cursor.varint();
    const kind = tag & 7;
    if (kind !== 0 && kind !== 2 && kind !== 5)
      throw new Error(`Expected a tensor bundle entry, found wire type ${kind}.`);
    const value = kind === 0 ? cursor.varint() : cursor.take(kind === 5 ? 4 : cursor.varint());
    fields.push({ field: tag >>> 3, value });
  }
  return fields;
}

/**
 * @param {ReturnType<typeof readMessage>} fields
 * @param {number} wanted absent means zero
 */
function numberField(fields, wanted) {
  const value = fields.find(({ field }) => field === wanted)?.value;
  return typeof value === 'number' ? value : 0;
}

/** @param {Buffer} buffer */
function createCursor(buffer) {
  let at = 0;
  return {
    done: () => at >= buffer.length,
    /** @param {number} bytes */
    take(bytes) {
      if (at + bytes > buffer.length) throw new Error('The tensor bundle index ends too early.');
      at += bytes;
      return buffer.subarray(at - bytes, at);
    },
    varint() {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = this.take(1)[0] ?? 0;
        value += (byte & 0x7f) * scale; // not shifted: offsets pass 2^31
        if (byte < 0x80) return value;
      }
    },
  };
}
