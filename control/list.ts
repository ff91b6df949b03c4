// Every sweep, newest first.
import { listSweeps } from '../db/sweeps.ts';
import type { Control } from './control.ts';

export function list({ database }: Pick<Control, 'database'>): ReturnType<typeof listSweeps> {
  return listSweeps(database);
}
