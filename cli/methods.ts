// Methods compared, as tables for people and as rows for programs.
import type { MethodComparison } from '../control/compare-methods.ts';
import type { BaselineRow } from '../db/baselines.ts';
import { entrantName, type MethodScore } from '../sweep/statistics/entrant.ts';
import { overallColumns, pairName, POOLED_COLUMNS, TASK_COLUMNS, tasksOf } from '../sweep/statistics/pair-columns.ts';
import type { MethodPair } from '../sweep/statistics/pairs.ts';
import { columnTitle } from '../sweep/statistics/words.ts';
import { BASELINE_COLUMNS } from './baseline-columns.ts';
import type { Format } from './command.ts';
import { print, type Cell, type Column } from './print.ts';
import { duration, rounded, withThousands } from '../sweep/numbers.ts';

const HEADINGS = {
  fixed: `Methods, each with the one configuration that is best on dev of its task, fixed over all seeds (test, percent,
mean ± sd over n seeds):
`,
  'per-seed': `Methods, each with the configuration that is best on dev chosen anew on each seed (test, percent, mean ± sd over n
seeds). Not to be mixed with \`--average fixed\`, where one configuration keeps all seeds:
`,
};

const NOTHING = 'No trial is complete yet: there is nothing to compare.';

export function printMethods(format: Format, comparison: MethodComparison): string {
  const { average, scores, overall, pairs, published } = comparison;
  if (format === 'json') return `${JSON.stringify(comparison, null, 2)}\n`;
  if (format === 'csv') {
    const rows = [...scores.map((row) => recordOf(row, average)), ...published.map(publishedRecord)];
    return print('csv', { rows, columns: [], record: (row) => row, fields: FIELDS, whenEmpty: '' });
  }
  if (scores.length === 0) return `${NOTHING}\n`;
  const figures = print('table', { rows: published, columns: BASELINE_COLUMNS, whenEmpty: '' });
  return [
    HEADINGS[average],
    print('table', {
      rows: overall,
      columns: [{ title: 'method', cell: (row) => entrantName(row, overall) }, ...overallColumns(scores)],
      whenEmpty: NOTHING,
    }),
    '\nWhat they took (means over trials):\n',
    print('table', { rows: scores, columns: costColumns(scores), whenEmpty: NOTHING }),
    ...(pairs.length === 0 ? [] : pairTables(pairs, scores)),
    ...(published.length === 0 ? [] : [`\n${PUBLISHED}\n`, figures]),
  ].join('');
}

const FIELDS = [
  ...['kind', 'average', 'method', 'sweep', 'task', 'regime', 'k', 'metric', 'positive', 'testSize', 'backbone', 'n'],
  ...['devMean', 'testMean', 'testSd', 'configurations', 'trainableParameters', 'trainableShare', 'msPerStep'],
  ...['tokensPerMs', 'peakMemoryMiB', 'wallSeconds', 'checkpointBytes', 'source'],
];

const PUBLISHED = 'Published figures, in no average and no test above (other backbones or data sizes may apply):';

function costColumns(scores: MethodScore[]): Column<MethodScore>[] {
  return [
    { title: 'method', cell: (row) => entrantName(row, scores) },
    { title: 'task', cell: (row) => columnTitle(row, scores) },
    { title: 'parameters', cell: ({ costs }) => withThousands(whole(costs.trainableParameters)), isNumber: true },
    { title: 'share', cell: ({ costs }) => shareCell(costs.trainableShare), isNumber: true },
    { title: 'ms/step', cell: ({ costs }) => rounded(costs.msPerStep), isNumber: true },
    { title: 'tokens/ms', cell: ({ costs }) => rounded(costs.tokensPerMs), isNumber: true },
    { title: 'peak MiB', cell: ({ costs }) => rounded(costs.peakMemoryMiB), isNumber: true },
    {
      title: 'time',
      cell: ({ costs }) => (costs.wallSeconds === null ? null : duration(costs.wallSeconds)),
      isNumber: true,
    },
    {
      title: 'weights, KiB',
      cell: ({ costs }) => withThousands(whole(costs.checkpointBytes === null ? null : costs.checkpointBytes / 1024)),
      isNumber: true,
    },
  ];
}

/** Each pair on each task, then pooled over task × seed. */
function pairTables(pairs: MethodPair[], scores: MethodScore[]): string[] {
  return [
    '\nDifferences in percentage points over paired seeds (95 % bootstrap interval; p of the paired t; Holm over tasks):\n',
    print('table', {
      rows: tasksOf(pairs),
      columns: [
        { title: 'pair', cell: ({ pair }) => pairName(pair, pairs) },
        { title: 'task', cell: ({ task }) => columnTitle(task, scores) },
        ...TASK_COLUMNS,
      ],
      whenEmpty: '',
    }),
    '\nPooled over task × seed:\n',
    print('table', {
      rows: pairs,
      columns: [{ title: 'pair', cell: (pair) => pairName(pair, pairs) }, ...POOLED_COLUMNS],
      whenEmpty: '',
    }),
  ];
}

function shareCell(share: number | null): string | null {
  return share === null ? null : `${(100 * share).toPrecision(2)} %`;
}

function whole(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}

function recordOf({ costs, ...score }: MethodScore, average: MethodComparison['average']): Record<string, Cell> {
  return { kind: 'measured', average, ...score, ...costs, source: null };
}

/** What is said of measured scores alone is absent. */
function publishedRecord(row: BaselineRow): Record<string, Cell> {
  const { method, task, regime, k, metric, backbone, score, sd, parameters, source } = row;
  const scores = { testMean: score, testSd: sd, trainableParameters: parameters };
  return { kind: 'published', ...{ method, task, regime, k, metric, backbone }, ...scores, source };
}
