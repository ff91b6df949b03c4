// A sweep file as a person names it on the command line.
import { readFile } from 'node:fs/promises';
import type { SweepFile } from '../control/plan.ts';
import { UsageError, type ArgumentSpec } from './command.ts';

export const FILE_ARGUMENT: ArgumentSpec = { name: 'file', help: 'a sweep file (YAML)' };

/** Whether a word that may be a sweep's name is meant as a file. */
export function isSweepFile(word: string): boolean {
  return /\.ya?ml$/i.test(word);
}

/** @throws UsageError */
export async function readSweepFile(path: string): Promise<SweepFile> {
  try {
    return { path, text: await readFile(path, 'utf8') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new UsageError(`Expected a sweep file at \`${path}\`, found none that can be read (${code}).`);
  }
}
