// Methods by tasks: each cell a method's test score on a task, over seeds; best and second told apart as they are printed.

/** One method on one task. */
export interface Score {
  method: string;
  task: string;
  /** In [0, 1]. */
  mean: number;
  /** Null with one seed: there is no spread then. */
  sd: number | null;
  n: number;
}

export interface ScoreTable {
  tasks: string[];
  rows: ScoreRow[];
}

export interface ScoreRow {
  method: string;
  /** One a task; null where the method has no score. */
  cells: (ScoreCell | null)[];
  /** Over all tasks; null where one is missing, since it would be a mean over easier or harder ones. */
  average: AverageCell | null;
}

export type Rank = 'best' | 'second' | 'other';

export interface ScoreCell {
  /** In percent, to one decimal: `83.4`. */
  mean: string;
  sd: string | null;
  n: number;
  rank: Rank;
}

export type AverageCell = Pick<ScoreCell, 'mean' | 'rank'>;

/** Methods and tasks in the order in which they come. Ranks are of what is printed: equal figures are equally good. */
export function scoreTable(scores: readonly Score[]): ScoreTable {
  const tasks = [...new Set(scores.map(({ task }) => task))];
  const methods = [...new Set(scores.map(({ method }) => method))];
  const grid = methods.map((method) => tasks.map((task) => scoreOf(scores, method, task)));
  const averages = grid.map((cells) => average(cells));
  const columnRanks = tasks.map((_, index) => ranks(grid.map((cells) => cells[index]?.mean ?? null)));
  const averageRanks = ranks(averages);
  const rows = methods.map((method, row) => ({
    method,
    cells: tasks.map((_, index) => cellOf(grid[row]?.[index] ?? null, columnRanks[index]?.[row] ?? 'other')),
    average: averageOf(averages[row] ?? null, averageRanks[row] ?? 'other'),
  }));
  return { tasks, rows };
}

function scoreOf(scores: readonly Score[], method: string, task: string): Score | null {
  return scores.find((score) => score.method === method && score.task === task) ?? null;
}

function average(cells: readonly (Score | null)[]): number | null {
  const means = cells.flatMap((cell) => cell?.mean ?? []);
  return means.length === cells.length ? means.reduce((sum, mean) => sum + mean, 0) / means.length : null;
}

/** With nothing to compare with, nothing is best. */
function ranks(means: readonly (number | null)[]): Rank[] {
  const printed = means.map((mean) => (mean === null ? null : percent(mean)));
  const known = printed.filter((mean) => mean !== null);
  const [first, second] = [...new Set(known)].sort((one, other) => Number(other) - Number(one));
  if (known.length < 2) return printed.map(() => 'other');
  return printed.map((mean) => (mean === first ? 'best' : mean !== null && mean === second ? 'second' : 'other'));
}

function cellOf(score: Score | null, rank: Rank): ScoreCell | null {
  if (score === null) return null;
  return { mean: percent(score.mean), sd: score.sd === null ? null : percent(score.sd), n: score.n, rank };
}

function averageOf(mean: number | null, rank: Rank): AverageCell | null {
  return mean === null ? null : { mean: percent(mean), rank };
}

/** A score of just below 0, which Matthews' correlation can be, is printed as 0 is. */
function percent(share: number): string {
  return (100 * share).toFixed(1).replace(/^-(0\.0)$/, '$1');
}
