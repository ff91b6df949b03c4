// Methods by tasks as a LaTeX table (booktabs): best bold, second underlined, mean ± sd with n.
import { escapeLatex } from './latex.ts';
import type { AverageCell, ScoreCell, ScoreRow, ScoreTable } from './score-table.ts';

export interface LatexWords {
  /** Plain text. */
  caption: string;
  /** What `\ref` names. */
  label: string;
}

/** A `table` float, to be put in with `\input`; it needs the package booktabs. */
export function scoresAsLatex(table: ScoreTable, { caption, label }: LatexWords): string {
  const hasAverage = table.tasks.length > 1;
  const heads = ['Method', ...table.tasks.map(escapeLatex), ...(hasAverage ? ['Average'] : [])];
  return [
    '% Needs \\usepackage{booktabs}.',
    '\\begin{table}[t]',
    '  \\centering',
    `  \\caption{${escapeLatex(caption)}}`,
    `  \\label{${labelOf(label)}}`,
    `  \\begin{tabular}{l${'r'.repeat(heads.length - 1)}}`,
    '    \\toprule',
    `    ${heads.join(' & ')} \\\\`,
    '    \\midrule',
    ...table.rows.map((row) => `    ${latexCells(row, hasAverage).join(' & ')} \\\\`),
    '    \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}

/** Between `\ref`'s braces only such letters are safe in every engine. */
function labelOf(label: string): string {
  return `tab:${label.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
}

function latexCells({ method, cells, average }: ScoreRow, hasAverage: boolean): string[] {
  return [escapeLatex(method), ...cells.map(latexCell), ...(hasAverage ? [average ? ranked(average) : '--'] : [])];
}

function latexCell(cell: ScoreCell | null): string {
  if (cell === null) return '--';
  const spread = cell.sd === null ? '' : `$\\pm$\\,${cell.sd} `;
  return `${ranked(cell)} {\\scriptsize ${spread}($n$=${cell.n})}`;
}

function ranked({ mean, rank }: AverageCell): string {
  if (rank === 'best') return `\\textbf{${mean}}`;
  return rank === 'second' ? `\\underline{${mean}}` : mean;
}
