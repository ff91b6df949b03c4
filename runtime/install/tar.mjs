// Reads one file out of a small gzipped tar archive.
import { gunzipSync } from 'node:zlib';

const BLOCK = 512;

/**
 * @param {Uint8Array} archive
 * @param {string} ending the file's name, from its end
 * @returns {Buffer}
 */
export function readFromTarGz(archive, ending) {
  const tar = gunzipSync(archive);
  for (let at = 0; at + BLOCK <= tar.length;) {
    const name = field(tar, at, 100);
    if (name === '') break;
    const size = Number.parseInt(field(tar, at + 124, 12), 8);
    if (!Number.isInteger(size)) throw new Error(`Expected a tar archive, found no size at byte ${at + 124}.`);
    const path = [field(tar, at + 345, 155), name].filter((part) => part !== '').join('/');
    if (path.endsWith(ending)) return tar.subarray(at + BLOCK, at + BLOCK + size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  throw new Error(`Expected ${ending} in the archive, found no such file.`);
}

/**
 * @param {Buffer} tar
 * @param {number} from
 * @param {number} length
 */
function field(tar, from, length) {
  const text = tar.toString('utf8', from, from + length);
  const end = text.indexOf('\0');
  return (end < 0 ? text : text.slice(0, end)).trim();
}
