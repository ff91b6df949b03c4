// Figures from papers, beside what a comparison of configurations has measured.
import type { PublishedRow } from '../db/published.ts';
import { meanAndSd } from '../sweep/numbers.ts';
import { regimeWords } from '../sweep/regime.ts';
import { print, type Cell, type Column } from './print.ts';

const COLUMNS: Column<PublishedRow>[] = [
  { title: 'task', cell: ({ task }) => task },
  { title: 'method', cell: ({ baselineMethod }) => baselineMethod },
  { title: 'backbone', cell: ({ baselineBackbone }) => baselineBackbone },
  { title: 'regime', cell: regimeWords },
  { title: 'metric', cell: ({ metric }) => metric },
  { title: 'test', cell: (row) => meanAndSd(row.baselineTestMean, row.baselineTestSd), isNumber: true },
  { title: 'source', cell: ({ source }) => source },
];

/** With its heading; nothing where there is none. */
export function publishedTable(figures: readonly PublishedRow[]): string {
  if (figures.length === 0) return '';
  const table = print('table', { rows: figures, columns: COLUMNS, whenEmpty: '' });
  return `\nPublished figures (other backbones or data sizes may apply):\n${table}`;
}

/** What is said of measured scores alone is absent. */
export function publishedRecord(row: PublishedRow): Record<string, Cell> {
  const { task, metric, regime, k, source } = row;
  return {
    kind: 'published',
    ...{ task, metric, regime, k, method: row.baselineMethod, backbone: row.baselineBackbone },
    ...{ testMean: row.baselineTestMean, testSd: row.baselineTestSd, source },
  };
}
