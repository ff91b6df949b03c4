// Small data sets and vocabularies on disk, each in a folder of its own that goes with the test.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lpt-sweep-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function fileWith(name: string, content: string | Uint8Array): Promise<string> {
  const file = join(await temporaryFolder(), name);
  await writeFile(file, content);
  return file;
}

/** A folder with a WordPiece vocabulary of BERT's special tokens and the given ones: ids 0 to 4, then 5, 6, … */
export async function vocabularyFolder(tokens: string[]): Promise<string> {
  const folder = await temporaryFolder();
  const all = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...tokens];
  await writeFile(join(folder, 'vocab.txt'), all.join('\n') + '\n');
  return folder;
}
