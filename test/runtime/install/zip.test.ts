import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { extractEntry, listZip, locateStored, readEntry } from '../../../runtime/install/zip.mjs';
import { temporaryFolder } from '../temporary.ts';
import { writeZip } from '../zip-file.ts';

const LONG = Buffer.from('late prompt '.repeat(50_000));

describe('zip files', () => {
  test('stored, deflated and empty entries come out as they went in', async () => {
    const file = join(temporaryFolder(), 'all.zip');
    writeZip(file, [
      { name: 'stored.txt', contents: Buffer.from('as it is') },
      { name: 'folder/deflated.txt', contents: LONG, deflated: true },
      { name: 'empty.txt', contents: Buffer.alloc(0) },
    ]);
    const entries = listZip(file);
    expect([...entries.keys()]).toEqual(['stored.txt', 'folder/deflated.txt', 'empty.txt']);
    expect((await readEntry(file, entries.get('stored.txt')!)).toString()).toBe('as it is');
    expect((await readEntry(file, entries.get('empty.txt')!)).length).toBe(0);
    const target = join(temporaryFolder(), 'out.txt');
    await extractEntry(file, entries.get('folder/deflated.txt')!, target);
    expect(readFileSync(target).equals(LONG)).toBe(true);
  });

  test('a stored entry can be read in place, a deflated one cannot', () => {
    const file = join(temporaryFolder(), 'place.zip');
    writeZip(file, [
      { name: 'stored', contents: Buffer.from('here') },
      { name: 'deflated', contents: LONG, deflated: true },
    ]);
    const entries = listZip(file);
    const start = locateStored(file, entries.get('stored')!);
    expect(readFileSync(file).toString('utf8', start, start + 4)).toBe('here');
    expect(() => locateStored(file, entries.get('deflated')!)).toThrow('stored uncompressed');
  });

  test('a changed byte is noticed', async () => {
    const file = join(temporaryFolder(), 'damaged.zip');
    writeZip(file, [{ name: 'a', contents: Buffer.from('0123456789') }]);
    const bytes = readFileSync(file);
    const at = locateStored(file, listZip(file).get('a')!);
    bytes[at] = 0x39;
    writeFileSync(file, bytes);
    await expect(readEntry(file, listZip(file).get('a')!)).rejects.toThrow('a is damaged');
  });

  test('another file is refused', () => {
    const file = join(temporaryFolder(), 'not.zip');
    writeFileSync(file, 'just text, long enough to hold a directory at its end');
    expect(() => listZip(file)).toThrow('to be a zip file');
  });
});
