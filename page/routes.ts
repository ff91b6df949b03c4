// Which view a path asks for. A path is names and numbers only: none of it ever becomes a file's name.
import { findSweep } from '../db/sweeps.ts';
import type { Page } from './layout.ts';
import { problemPage } from './problems.ts';
import type { SweepView, Visit } from './visit.ts';
import { layersView } from './views/layers.ts';
import { progressView } from './views/progress.ts';
import { sweepsView } from './views/sweeps.ts';

const OF_SWEEP: Record<string, SweepView> = {
  '': progressView,
  layers: layersView,
};

/** Null for a path that cannot be read. */
export function partsOf(pathname: string): string[] | null {
  try {
    return pathname
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
  } catch {
    return null;
  }
}

/** @throws UnknownSweepError or UnknownTrialError */
export async function viewAt(visit: Visit, parts: readonly string[]): Promise<Page> {
  const [kind, name, tab = '', ...rest] = parts;
  if (kind === undefined) return sweepsView(visit);
  const view = Object.hasOwn(OF_SWEEP, tab) && rest.length === 0 ? OF_SWEEP[tab] : undefined;
  if (kind !== 'sweeps' || name === undefined || view === undefined)
    return problemPage(404, 'Expected the path of a sweep or a trial, found another one.');
  return view(visit, await findSweep(visit.database, name));
}
