// Which view a path asks for. A path is names and numbers only: none of it ever becomes a file's name.
import { findSweep } from '../db/sweeps.ts';
import type { Page } from './layout.ts';
import { problemPage } from './problems.ts';
import type { SweepView, Visit } from './visit.ts';
import { comparisonView } from './views/comparison.ts';
import { curvesView } from './views/curves.ts';
import type { Tab } from './views/frame.ts';
import { layersView } from './views/layers.ts';
import { progressView } from './views/progress.ts';
import { seedsView } from './views/seeds.ts';
import { settingsView } from './views/settings.ts';
import { speedView } from './views/speed.ts';
import { sweepsView } from './views/sweeps.ts';
import { trialView } from './views/trial.ts';
import { trialsView } from './views/trials.ts';

const TABS: Record<Tab, SweepView> = {
  '': progressView,
  layers: layersView,
  curves: curvesView,
  settings: settingsView,
  speed: speedView,
  seeds: seedsView,
  comparison: comparisonView,
  trials: trialsView,
};

/** Null for a path that cannot be read; Postgres keeps no text with a zero byte. */
export function partsOf(pathname: string): string[] | null {
  try {
    const parts = pathname
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
    return parts.some((part) => part.includes('\0')) ? null : parts;
  } catch {
    return null;
  }
}

/** @throws UnknownSweepError or UnknownTrialError */
export async function viewAt(visit: Visit, parts: readonly string[]): Promise<Page> {
  const [kind, name, tab = '', position, ...rest] = parts;
  if (kind === undefined) return sweepsView(visit);
  if (kind !== 'sweeps' || name === undefined || rest.length > 0 || !isTab(tab)) return notFound();
  if (position !== undefined && (tab !== 'trials' || !/^\d{1,7}$/.test(position))) return notFound();
  const sweep = await findSweep(visit.database, name);
  return position === undefined ? TABS[tab](visit, sweep) : trialView(visit, sweep, position);
}

function isTab(text: string): text is Tab {
  return Object.hasOwn(TABS, text);
}

function notFound(): Page {
  return problemPage(404, 'Expected the path of a sweep or a trial, found another one.');
}
