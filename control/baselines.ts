// Published figures: those that come with the program, and a person's own.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { importOwnBaselines, listBaselines, type BaselineRow } from '../db/baselines.ts';
import { BaselineError } from '../db/errors.ts';
import type { Control } from './control.ts';

export function baselines({ database }: Pick<Control, 'database'>): Promise<BaselineRow[]> {
  return listBaselines(database);
}

/** @returns how many figures the file has @throws BaselineError naming line and column; nothing is written then */
export async function importBaselineFile({ database }: Pick<Control, 'database'>, file: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new BaselineError(`Expected a CSV file of figures at ${file}, found none that can be read (${why}).`);
  });
  return importOwnBaselines(database, text, basename(file));
}
