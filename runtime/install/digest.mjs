import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';

/**
 * @param {string} file
 * @returns {Promise<string>} sha256 in hex
 */
export async function sha256(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}

/**
 * @param {string} file
 * @param {readonly string[]} pinned any of these digests will do (a file per platform has a digest per platform)
 */
export async function verify(file, pinned) {
  const found = await sha256(file);
  if (!pinned.includes(found)) {
    throw new Error(`Expected ${basename(file)} to have the pinned sha256 ${pinned.join(' or ')}, found ${found}.`);
  }
}
