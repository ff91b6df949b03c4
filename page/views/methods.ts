// Methods held against each other: by tasks, and pair by pair with what the seeds can tell.
import type { MethodComparison } from '../../control/compare-methods.ts';
import { entrantName, type MethodOverall, type MethodScore } from '../../sweep/statistics/entrant.ts';
import type { MethodPair, PairOnTask } from '../../sweep/statistics/pairs.ts';
import {
  columnTitle,
  intervalWords,
  mcnemarWords,
  pairCount,
  points,
  probabilityWords,
  scoreColumns,
} from '../../sweep/statistics/words.ts';
import { html, type Markup } from '../html.ts';
import { table, type Column } from '../table.ts';
import { meanAndSd } from '../../sweep/numbers.ts';

export function methodTables({ scores, overall, pairs, notes }: MethodComparison): Markup {
  return html`${table({
    caption: 'Test, %, mean ± sd over n seeds: of each method the one configuration that is best on dev',
    rows: overall,
    columns: taskColumns(scores, overall),
    whenEmpty: 'No trial is complete yet.',
  })}
  ${pairs.length === 0 ? null : pairTables(pairs, scores)} ${notes.map((note) => html`<p>${note}</p>`)}`;
}

function taskColumns(scores: readonly MethodScore[], overall: readonly MethodOverall[]): Column<MethodOverall>[] {
  const tasks = scoreColumns(scores).map(({ title, scoreOf }): Column<MethodOverall> => {
    return { title, cell: (row) => scoreWords(scoreOf(row)), isNumber: true };
  });
  const average: Column<MethodOverall> = {
    title: 'average',
    cell: ({ testAverage }) => (testAverage === null ? null : meanAndSd(testAverage, null)),
    isNumber: true,
  };
  return [
    { title: 'method', cell: (row) => entrantName(row, overall), isHead: true },
    ...tasks,
    ...(tasks.length === 1 ? [] : [average]),
    { title: 'mean rank', cell: ({ meanRank }) => meanRank?.toFixed(2) ?? null, isNumber: true },
  ];
}

function scoreWords(score: MethodScore | undefined): string | null {
  if (score === undefined) return null;
  const seeds = score.testSd === null ? 'one seed: no sd' : `n ${score.n}`;
  return `${meanAndSd(score.testMean, score.testSd)} (${seeds})`;
}

interface Row {
  pair: MethodPair;
  task: PairOnTask;
}

function pairTables(pairs: readonly MethodPair[], scores: readonly MethodScore[]): Markup {
  const all = pairs.flatMap(({ first, second }) => [first, second]);
  const name = ({ first, second }: MethodPair): string => `${entrantName(first, all)} − ${entrantName(second, all)}`;
  const rows = pairs.flatMap((pair) => pair.tasks.map((task): Row => ({ pair, task })));
  return html`${table({
    caption:
      'Differences in percentage points over paired seeds, with 95 % bootstrap intervals; p of the paired t, Holm over tasks',
    rows,
    columns: [
      { title: 'pair', cell: ({ pair }) => name(pair), isHead: true },
      { title: 'task', cell: ({ task }) => columnTitle(task, scores) },
      ...TASK_COLUMNS,
    ],
    whenEmpty: 'No seed has two methods.',
  })}
  ${table({
    caption: 'Pooled over task × seed',
    rows: pairs,
    columns: [{ title: 'pair', cell: name, isHead: true }, ...POOLED_COLUMNS],
    whenEmpty: 'No seed has two methods.',
  })}`;
}

const TASK_COLUMNS: readonly Column<Row>[] = [
  { title: 'pairs', cell: ({ task }) => pairCount(task), isNumber: true },
  { title: 'difference', cell: ({ task }) => points(task.difference), isNumber: true },
  { title: 'interval', cell: ({ task }) => intervalWords(task.interval), isNumber: true },
  { title: 't', cell: ({ task }) => task.t.why ?? probabilityWords(task.t.p) },
  { title: 'Holm', cell: ({ task }) => probabilityWords(task.holm), isNumber: true },
  { title: 'McNemar', cell: ({ task }) => mcnemarWords(task.mcnemar) },
];

const POOLED_COLUMNS: readonly Column<MethodPair>[] = [
  { title: 'pairs', cell: ({ pooled }) => pooled.n, isNumber: true },
  { title: 'difference', cell: ({ pooled }) => points(pooled.difference), isNumber: true },
  { title: 'interval', cell: ({ pooled }) => intervalWords(pooled.interval), isNumber: true },
  { title: 't', cell: ({ pooled }) => pooled.t.why ?? probabilityWords(pooled.t.p) },
  { title: 'Wilcoxon', cell: ({ pooled }) => pooled.wilcoxon.why ?? probabilityWords(pooled.wilcoxon.p) },
];
