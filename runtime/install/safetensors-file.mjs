// Writes a safetensors file tensor by tensor, so that a whole model never stands in memory, and digests it on the way.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** @typedef {{name: string, shape: number[], read: () => Promise<Buffer>}} TensorSource `read` gives little-endian float32 */

/**
 * @param {string} file
 * @param {TensorSource[]} tensors in the order to write
 * @returns {Promise<{sha256: string, bytes: number}>}
 */
export async function writeSafetensors(file, tensors) {
  const hash = createHash('sha256');
  let bytes = 0;
  const handle = await open(file, 'wx');
  try {
    const append = async (/** @type {Buffer} */ part) => {
      hash.update(part);
      bytes += part.length;
      await handle.writeFile(part);
    };
    await append(header(tensors));
    for (const tensor of tensors) {
      const data = await tensor.read();
      if (data.length !== byteLength(tensor)) {
        throw new Error(`Expected ${tensor.name} to have ${byteLength(tensor)} bytes, found ${data.length}.`);
      }
      await append(data);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { sha256: hash.digest('hex'), bytes };
}

/** @param {TensorSource[]} tensors */
function header(tensors) {
  /** @type {Record<string, unknown>} */
  const entries = { __metadata__: { format: 'pt' } }; // what transformers asks for
  let offset = 0;
  for (const tensor of tensors) {
    const end = offset + byteLength(tensor);
    entries[tensor.name] = { dtype: 'F32', shape: tensor.shape, data_offsets: [offset, end] };
    offset = end;
  }
  const text = JSON.stringify(entries);
  const padded = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded]);
}

/** @param {TensorSource} tensor */
function byteLength({ shape }) {
  return shape.reduce((product, size) => product * size, 4);
}
