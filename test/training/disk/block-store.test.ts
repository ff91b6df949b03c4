import { spawn } from 'node:child_process';
import { chmod, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BlockStore, type BlockKey } from '../../../training/disk/block-store.ts';
import { temporaryFolder } from '../../support/data-files.ts';
import { filesUnder } from '../../support/files-under.ts';

const KEY: BlockKey = { backbone: 'b', config: '{}', chunk: 'c', layer: 6 };
/** 1,200 bytes of content. */
const BLOCK = { rows: [new Float32Array(100).fill(0.5), new Float32Array(200).fill(-1)], width: 100 };
/** With head (8 + 2 × 4), two lengths and the checksum. */
const FILE_BYTES = 1200 + 16 + 8 + 32;

interface Opened {
  store: BlockStore;
  said: string[];
}

function open(folder: string, { limitBytes = 2 ** 20, recipe = 'r' } = {}): Opened {
  const said: string[] = [];
  return { store: new BlockStore({ folder, limitBytes, recipe, say: (text) => said.push(text) }), said };
}

async function blockFile(folder: string): Promise<string> {
  const [file = ''] = await filesUnder(folder);
  return join(folder, file);
}

describe('blocks on disk', () => {
  test('are found by another process that keeps them in the same folder', async () => {
    const folder = await temporaryFolder();
    open(folder).store.write(KEY, BLOCK);
    expect(open(folder).store.read(KEY)).toEqual(BLOCK);
    expect((await stat(await blockFile(folder))).size).toBe(FILE_BYTES);
  });

  test.each([
    ['backbone', { key: { ...KEY, backbone: 'x' } }],
    ['configuration of the backbone', { key: { ...KEY, config: '{"heads":4}' } }],
    ['text', { key: { ...KEY, chunk: 'x' } }],
    ['layer', { key: { ...KEY, layer: 7 } }],
    ['program, library, hardware or number of threads', { recipe: 'x' }],
  ])('are not found for another %s', async (_, { key = KEY, recipe = 'r' }: { key?: BlockKey; recipe?: string }) => {
    const folder = await temporaryFolder();
    open(folder).store.write(KEY, BLOCK);
    expect(open(folder, { recipe }).store.read(key)).toBeNull();
  });

  test('that are cut short are counted, said, removed and written anew', async () => {
    const folder = await temporaryFolder();
    const { store, said } = open(folder);
    store.write(KEY, BLOCK);
    await truncate(await blockFile(folder), 700);
    expect(store.read(KEY)).toBeNull();
    expect(store.counts().damaged).toBe(1);
    expect(said).toEqual([expect.stringContaining(`Expected ${FILE_BYTES} bytes or more, found 700.`)]);
    expect(await filesUnder(folder)).toEqual([]);
    store.write(KEY, BLOCK);
    expect(store.read(KEY)).toEqual(BLOCK);
  });

  test('that hold other numbers than were written are counted, said and removed', async () => {
    const folder = await temporaryFolder();
    const { store, said } = open(folder);
    store.write(KEY, BLOCK);
    const bytes = await readFile(await blockFile(folder));
    bytes.writeFloatLE(99, 500);
    await writeFile(await blockFile(folder), bytes);
    expect(store.read(KEY)).toBeNull();
    expect(store.counts().damaged).toBe(1);
    expect(said).toEqual([expect.stringContaining('Expected its checksum to fit its content, found another.')]);
  });

  test('stay below their limit, and those used last stay', async () => {
    const folder = await temporaryFolder();
    // Ten blocks have room, and nine are left when one more comes.
    const { store } = open(folder, { limitBytes: 10 * FILE_BYTES });
    for (let layer = 1; layer <= 10; layer++) {
      store.write({ ...KEY, layer }, BLOCK);
      const [newest = ''] = await newestFirst(folder);
      await utimes(newest, layer, layer);
    }
    expect(store.read({ ...KEY, layer: 1 })).toEqual(BLOCK);
    store.write({ ...KEY, layer: 11 }, BLOCK);
    const found = Array.from({ length: 11 }, (_, index) => store.read({ ...KEY, layer: index + 1 }) !== null);
    // By hand: 10 kept and 1 coming are 11; down to 9 with the coming one, the two oldest go: 2 and 3, for 1 was read.
    expect(found).toEqual([true, false, false, ...Array<boolean>(8).fill(true)]);
    expect(store.counts().diskBytes).toBe(9 * FILE_BYTES);
  });

  test('are counted by whoever only reads them, too', async () => {
    const folder = await temporaryFolder();
    const { store: writer } = open(folder);
    for (const layer of [5, KEY.layer, 7]) writer.write({ ...KEY, layer }, BLOCK);
    const { store: reader } = open(folder);
    expect(reader.read(KEY)).toEqual(BLOCK);
    expect(reader.counts().diskBytes).toBe(3 * FILE_BYTES);
  });

  test('are written beside the half-written one of another container, whose process has the same number', async () => {
    const folder = await temporaryFolder();
    open(folder).store.write(KEY, BLOCK);
    const file = await blockFile(folder);
    const others = `${file}.${process.pid}-1.part`;
    await writeFile(others, 'x');
    await rm(file);
    const { store, said } = open(folder);
    store.write(KEY, BLOCK);
    expect({ said, block: store.read(KEY) }).toEqual({ said: [], block: BLOCK });
    expect(await readFile(others, 'utf8')).toBe('x');
  });

  test('larger than the limit are not kept', async () => {
    const folder = await temporaryFolder();
    const { store, said } = open(folder, { limitBytes: FILE_BYTES - 1 });
    store.write(KEY, BLOCK);
    expect(await filesUnder(folder)).toEqual([]);
    expect(said).toEqual([]);
  });

  test('that a killed process left unfinished are removed when room is looked for', async () => {
    const folder = await temporaryFolder();
    const { store } = open(folder);
    store.write(KEY, BLOCK);
    const abandoned = `${await blockFile(folder)}.999-1.part`;
    const current = `${await blockFile(folder)}.999-2.part`;
    await writeFile(abandoned, 'x');
    await writeFile(current, 'x');
    await utimes(abandoned, 1, 1);
    open(folder).store.write({ ...KEY, layer: 7 }, BLOCK);
    const left = (await filesUnder(folder)).map((file) => join(folder, file));
    expect(left).not.toContain(abandoned);
    expect(left).toContain(current);
  });
});

describe('a disk that does not take blocks', () => {
  test('because the folder cannot be made costs nothing but time, and is said once', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    const { store, said } = open(join(folder, 'file', 'inside'));
    for (let layer = 1; layer <= 3; layer++) store.write({ ...KEY, layer }, BLOCK);
    expect(store.read(KEY)).toBeNull();
    expect(store.counts().unwritten).toBe(3);
    expect(said[0]).toMatch(/^Hidden states cannot be kept on disk \(ENOTDIR/);
    expect(said.filter((text) => text.includes('kept on disk'))).toHaveLength(1);
  });

  test('because it may not be written is said, and what is there is still read', async () => {
    const folder = await temporaryFolder();
    open(folder).store.write(KEY, BLOCK);
    await chmod(folder, 0o777);
    await Promise.all((await readdir(folder)).map((part) => chmod(join(folder, part), 0o555)));
    await chmod(folder, 0o555);
    const { said, read } = await asProgram({ folder, mayNotWrite: true });
    await chmod(folder, 0o755);
    expect(said).toEqual([expect.stringMatching(/^Hidden states cannot be kept on disk \(EACCES: permission denied/)]);
    expect(read).toBe(true);
  });

  test('because it is full leaves no piece of a file, and is tried again with the next trial', async () => {
    const folder = await temporaryFolder();
    const { said, unwritten, afterwards } = await asProgram({ folder, fileBytes: 1024 });
    expect(said).toEqual([expect.stringMatching(/^Hidden states cannot be kept on disk \(EFBIG: file too large/)]);
    expect(unwritten).toBe(3);
    expect(afterwards).toBe(4);
    expect(await filesUnder(folder)).toEqual([]);
  });
});

test('two programs that fill one folder at once leave whole blocks, each once', async () => {
  const folder = await temporaryFolder();
  const fillings = Array.from({ length: 2 }, () => asProgram({ folder, blocks: 200 }));
  const ran = await Promise.all(fillings);
  for (const { said, unwritten } of ran) expect({ said, unwritten }).toEqual({ said: [], unwritten: 0 });
  expect(await filesUnder(folder)).toHaveLength(200);
  const { store } = open(folder);
  for (let layer = 1; layer <= 200; layer++) expect(store.read({ ...KEY, layer })).toEqual(BLOCK);
  await rm(folder, { recursive: true });
});

async function newestFirst(folder: string): Promise<string[]> {
  const files = await Promise.all(
    (await filesUnder(folder)).map(async (file) => ({
      path: join(folder, file),
      at: (await stat(join(folder, file))).mtimeMs,
    })),
  );
  return files.sort((one, other) => other.at - one.at).map(({ path }) => path);
}

interface AsProgram {
  folder: string;
  /** Blocks that it writes, and reads after each. */
  blocks?: number;
  /** Most bytes of a file that it may write. */
  fileBytes?: number;
  /** Not as root, who may write everywhere. */
  mayNotWrite?: boolean;
}

interface Ran {
  said: string[];
  unwritten: number;
  /** The same after another trial began, and another block. */
  afterwards: number;
  read: boolean;
}

/** A process of its own, whose rights can be taken away. */
async function asProgram({ folder, blocks = 3, fileBytes, mayNotWrite = false }: AsProgram): Promise<Ran> {
  const entry = join(import.meta.dirname, '..', '..', 'support', 'fill-blocks.ts');
  const tsx = createRequire(import.meta.url).resolve('tsx');
  const words = ['--import', tsx, entry, folder, String(blocks), mayNotWrite ? 'as-nobody' : ''];
  const shell = fileBytes === undefined ? '' : `ulimit -f ${fileBytes / 512}; `;
  const child = spawn('sh', ['-c', `${shell}exec "$@"`, 'sh', process.execPath, ...words]);
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  if (output === '') throw new Error(`Expected an answer, found: ${errors}`);
  return JSON.parse(output) as Ran;
}
