// All files of a folder and of the folders in it, by their paths from there.
import { readdir } from 'node:fs/promises';
import { relative, join } from 'node:path';

/** None where there is no such folder. */
export async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => relative(folder, join(parentPath, name))).sort();
}
