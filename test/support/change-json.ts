import { readFile, writeFile } from 'node:fs/promises';

/** Sets fields of a file that holds one mapping; the others stay. */
export async function changeJson(file: string, changes: Record<string, unknown>): Promise<void> {
  const content = JSON.parse(await readFile(file, 'utf8')) as object;
  await writeFile(file, JSON.stringify({ ...content, ...changes }));
}
