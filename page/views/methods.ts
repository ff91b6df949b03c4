// Methods held against each other: by tasks, and pair by pair with what the seeds can tell.
import type { MethodComparison } from '../../control/compare-methods.ts';
import { entrantName, type MethodScore } from '../../sweep/statistics/entrant.ts';
import {
  overallColumns,
  pairName,
  POOLED_COLUMNS,
  TASK_COLUMNS,
  tasksOf,
} from '../../sweep/statistics/pair-columns.ts';
import type { MethodPair } from '../../sweep/statistics/pairs.ts';
import { columnTitle } from '../../sweep/statistics/words.ts';
import { html, type Markup } from '../html.ts';
import { table } from '../table.ts';

export function methodTables({ scores, overall, pairs, notes }: MethodComparison): Markup {
  return html`${table({
    caption: 'Test, %, mean ± sd over n seeds: of each method the one configuration that is best on dev',
    rows: overall,
    columns: [{ title: 'method', cell: (row) => entrantName(row, overall), isHead: true }, ...overallColumns(scores)],
    whenEmpty: 'No trial is complete yet.',
  })}
  ${pairs.length === 0 ? null : pairTables(pairs, scores)} ${notes.map((note) => html`<p>${note}</p>`)}`;
}

function pairTables(pairs: readonly MethodPair[], scores: readonly MethodScore[]): Markup {
  return html`${table({
    caption:
      'Differences in percentage points over paired seeds, with 95 % bootstrap intervals; p of the paired t, Holm over tasks',
    rows: tasksOf(pairs),
    columns: [
      { title: 'pair', cell: ({ pair }) => pairName(pair, pairs), isHead: true },
      { title: 'task', cell: ({ task }) => columnTitle(task, scores) },
      ...TASK_COLUMNS,
    ],
    whenEmpty: 'No seed has two methods.',
  })}
  ${table({
    caption: 'Pooled over task × seed',
    rows: pairs,
    columns: [{ title: 'pair', cell: (pair) => pairName(pair, pairs), isHead: true }, ...POOLED_COLUMNS],
    whenEmpty: 'No seed has two methods.',
  })}`;
}
