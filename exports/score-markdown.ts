// Methods by tasks as a Markdown table: best bold, second underlined.
import { escapeMarkdown, markdownRows } from './markdown.ts';
import type { AverageCell, ScoreCell, ScoreTable } from './score-table.ts';

export function scoresAsMarkdown({ tasks, rows }: ScoreTable, caption: string): string {
  const hasAverage = tasks.length > 1;
  const heads = ['method', ...tasks, ...(hasAverage ? ['average'] : [])];
  const cells = rows.map((row) => [
    escapeMarkdown(row.method),
    ...row.cells.map(markdownCell),
    ...(hasAverage ? [row.average ? ranked(row.average) : '–'] : []),
  ]);
  const columns = heads.map((_, index) => ({ type: index === 0 ? ('text' as const) : ('number' as const) }));
  return `${escapeMarkdown(caption)}\n\n${markdownRows(columns, heads.map(escapeMarkdown), cells)}`;
}

function markdownCell(cell: ScoreCell | null): string {
  if (cell === null) return '–';
  const spread = cell.sd === null ? '' : ` ± ${cell.sd}`;
  return `${ranked(cell)}${spread} (n=${cell.n})`;
}

function ranked({ mean, rank }: AverageCell): string {
  if (rank === 'best') return `**${mean}**`;
  return rank === 'second' ? `<u>${mean}</u>` : mean;
}
