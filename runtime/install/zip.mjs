// Reads zip files (wheels, jars) of any size without holding them in memory.
import { closeSync, createReadStream, createWriteStream, fstatSync, openSync, readSync } from 'node:fs';
import { Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const STORED = 0;
const DEFLATED = 8;
const END_BYTES = 22;
const LARGEST_COMMENT = 65_535;
/** In this place stands "look in the zip64 record". */
const ZIP64 = 0xffffffff;

/** @typedef {{name: string, method: number, compressed: number, size: number, crc: number, header: number}} ZipEntry */

/**
 * @param {string} file
 * @returns {Map<string, ZipEntry>} by name, folders left out
 */
export function listZip(file) {
  const fd = openSync(file, 'r');
  try {
    const { offset, bytes, count } = findDirectory(fd, file);
    return readDirectory(readAt(fd, offset, bytes), count);
  } finally {
    closeSync(fd);
  }
}

/**
 * Unpacks one entry to `target` and checks its length and CRC.
 *
 * @param {string} file
 * @param {ZipEntry} entry
 * @param {string} target
 */
export async function extractEntry(file, entry, target) {
  await pipeline([...contents(file, entry), createWriteStream(target)]);
}

/**
 * @param {string} file
 * @param {ZipEntry} entry
 * @returns {Promise<Buffer>}
 */
export async function readEntry(file, entry) {
  /** @type {Buffer[]} */
  const chunks = [];
  const collect = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  await pipeline([...contents(file, entry), collect]);
  return Buffer.concat(chunks);
}

/**
 * Where an uncompressed entry's bytes begin, for reading it in place.
 *
 * @param {string} file
 * @param {ZipEntry} entry
 */
export function locateStored(file, entry) {
  if (entry.method !== STORED) throw new Error(`Expected ${entry.name} to be stored uncompressed in ${file}.`);
  return dataOffset(file, entry);
}

/**
 * @param {string} file
 * @param {ZipEntry} entry
 */
function contents(file, entry) {
  const start = dataOffset(file, entry);
  if (entry.method !== STORED && entry.method !== DEFLATED) {
    throw new Error(`Expected ${entry.name} to be stored or deflated, found zip method ${entry.method}.`);
  }
  const end = start + entry.compressed - 1; // inclusive, so an empty entry cannot be said with it
  const raw = end < start ? Readable.from([]) : createReadStream(file, { highWaterMark: 1 << 20, start, end });
  const packed = entry.method === DEFLATED ? [createInflateRaw({ chunkSize: 1 << 18 })] : [];
  return [raw, ...packed, checked(entry)];
}

/** @param {ZipEntry} entry */
function checked(entry) {
  let size = 0;
  let crc = 0;
  const damaged = () => new Error(`${entry.name} is damaged in its zip file.`);
  return new Transform({
    transform(chunk, _encoding, done) {
      size += chunk.length;
      crc = crc32(chunk, crc);
      if (size > entry.size) done(damaged());
      else done(null, chunk);
    },
    flush: (done) => done(size === entry.size && crc === entry.crc ? null : damaged()),
  });
}

/**
 * @param {string} file
 * @param {ZipEntry} entry
 */
function dataOffset(file, entry) {
  const fd = openSync(file, 'r');
  try {
    const local = readAt(fd, entry.header, 30);
    return entry.header + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  } finally {
    closeSync(fd);
  }
}

/**
 * @param {number} fd
 * @param {string} file
 */
function findDirectory(fd, file) {
  const total = fstatSync(fd).size;
  const length = Math.min(total, END_BYTES + LARGEST_COMMENT);
  const tail = readAt(fd, total - length, length);
  let at = length - END_BYTES;
  while (at >= 0 && tail.readUInt32LE(at) !== END) at--;
  if (at < 0) throw new Error(`Expected ${file} to be a zip file, found no directory at its end.`);
  const [bytes, offset] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
  if (offset === ZIP64 || bytes === ZIP64) throw new Error(`Expected ${file} to be under 4 GB: zip64 is not read.`);
  return { offset, bytes, count: tail.readUInt16LE(at + 10) };
}

/**
 * @param {Buffer} directory
 * @param {number} count
 */
function readDirectory(directory, count) {
  /** @type {Map<string, ZipEntry>} */
  const entries = new Map();
  for (let index = 0, at = 0; index < count; index++) {
    if (directory.readUInt32LE(at) !== ENTRY) throw new Error('The zip file has a damaged directory.');
    const lengths = [directory.readUInt16LE(at + 28), directory.readUInt16LE(at + 30), directory.readUInt16LE(at + 32)];
    const [nameLength = 0, extra = 0, comment = 0] = lengths;
    const name = directory.toString('utf8', at + 46, at + 46 + nameLength);
    const entry = {
      name,
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      compressed: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      header: directory.readUInt32LE(at + 42),
    };
    if (!name.endsWith('/')) entries.set(name, entry);
    at += 46 + nameLength + extra + comment;
  }
  return entries;
}

/**
 * @param {number} fd
 * @param {number} position
 * @param {number} length
 */
function readAt(fd, position, length) {
  const buffer = Buffer.alloc(length);
  if (readSync(fd, buffer, 0, length, position) !== length) throw new Error('The zip file ends too early.');
  return buffer;
}
