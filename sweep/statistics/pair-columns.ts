// Pure: the columns of methods held against each other, for a terminal and for a page.
import { meanAndSd } from '../numbers.ts';
import { entrantName, type MethodOverall, type MethodScore } from './entrant.ts';
import type { MethodPair, PairOnTask } from './pairs.ts';
import { intervalWords, mcnemarWords, pairCount, points, probabilityWords, scoreColumns } from './words.ts';

interface Column<Row> {
  title: string;
  cell: (row: Row) => string | number | null;
  isNumber?: true;
}

/** A column a task; n stands with each score, as seeds may be unequal. Over one task there is nothing to average. */
export function overallColumns(scores: readonly MethodScore[]): Column<MethodOverall>[] {
  const tasks = scoreColumns(scores).map(({ title, scoreOf }): Column<MethodOverall> => {
    return { title, cell: (row) => scoreWords(scoreOf(row)), isNumber: true };
  });
  return [...tasks, ...(tasks.length === 1 ? [] : [AVERAGE]), RANK];
}

const AVERAGE: Column<MethodOverall> = {
  title: 'average',
  cell: ({ testAverage }) => (testAverage === null ? null : meanAndSd(testAverage, null)),
  isNumber: true,
};

const RANK: Column<MethodOverall> = {
  title: 'mean rank',
  cell: ({ meanRank }) => meanRank?.toFixed(2) ?? null,
  isNumber: true,
};

function scoreWords(score: MethodScore | undefined): string | null {
  if (score === undefined) return null;
  const seeds = score.testSd === null ? 'one seed: no sd' : `n ${score.n}`;
  return `${meanAndSd(score.testMean, score.testSd)} (${seeds})`;
}

/** `lora − lpt`, with their sweeps where `among` has several. */
export function pairName({ first, second }: MethodPair, among: readonly MethodPair[]): string {
  const all = among.flatMap((pair) => [pair.first, pair.second]);
  return `${entrantName(first, all)} − ${entrantName(second, all)}`;
}

export interface TaskOfPair {
  pair: MethodPair;
  task: PairOnTask;
}

export function tasksOf(pairs: readonly MethodPair[]): TaskOfPair[] {
  return pairs.flatMap((pair) => pair.tasks.map((task) => ({ pair, task })));
}

export const TASK_COLUMNS: readonly Column<TaskOfPair>[] = [
  { title: 'pairs', cell: ({ task }) => pairCount(task), isNumber: true },
  { title: 'difference', cell: ({ task }) => points(task.difference), isNumber: true },
  { title: 'interval', cell: ({ task }) => intervalWords(task.interval), isNumber: true },
  { title: 't', cell: ({ task }) => task.t.why ?? probabilityWords(task.t.p) },
  { title: 'Holm', cell: ({ task }) => probabilityWords(task.holm), isNumber: true },
  { title: 'McNemar', cell: ({ task }) => mcnemarWords(task.mcnemar) },
];

export const POOLED_COLUMNS: readonly Column<MethodPair>[] = [
  { title: 'pairs', cell: ({ pooled }) => pooled.n, isNumber: true },
  { title: 'difference', cell: ({ pooled }) => points(pooled.difference), isNumber: true },
  { title: 'interval', cell: ({ pooled }) => intervalWords(pooled.interval), isNumber: true },
  { title: 't', cell: ({ pooled }) => pooled.t.why ?? probabilityWords(pooled.t.p) },
  { title: 'Wilcoxon', cell: ({ pooled }) => pooled.wilcoxon.why ?? probabilityWords(pooled.wilcoxon.p) },
];
