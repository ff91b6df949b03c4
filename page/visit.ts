// What a view is given, and what it needs to answer.
import type { Control } from '../control/control.ts';
import type { Page } from './layout.ts';
import type { SweepRow } from '../db/sweeps.ts';

export type Database = Control['database'];

/** Where Temporal shows its own page; null where it has none that we know of. */
export interface TemporalPage {
  url: string;
  namespace: string;
}

export interface Visit {
  database: Database;
  temporal: TemporalPage | null;
  parameters: URLSearchParams;
}

export type View = (visit: Visit) => Promise<Page>;
export type SweepView = (visit: Visit, sweep: SweepRow) => Promise<Page>;
