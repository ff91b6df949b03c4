// A file that a command writes for a person: never over another one unasked, and never half of it.
import { existsSync, statSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** There is something at the path already. */
export class OccupiedFileError extends Error {
  override name = 'OccupiedFileError';
}

/** Before any work is done for it. @throws OccupiedFileError, or an error for people where no file can be */
export function refuseOccupied(path: string, { force }: { force: boolean }): void {
  const folder = dirname(path);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new Error(`Expected \`${folder}\` to be a folder to write \`${basename(path)}\` into, found none.`);
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory())
    throw new OccupiedFileError(`Expected \`${path}\` to be a file to write, found a folder.`);
  if (!force) throw new OccupiedFileError(`Expected nothing at \`${path}\`, found a file. \`--force\` writes over it.`);
}

/** Whole or not at all: whoever reads the path sees the old file or the new one. @throws an error for people */
export async function writeOut(path: string, content: string | Uint8Array): Promise<void> {
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}`);
  try {
    await writeFile(beside, content);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new Error(`Expected to write \`${path}\`, found: ${code}. Is its folder writable?`, { cause: error });
  }
}
