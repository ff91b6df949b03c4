import { describe, expect, test } from 'vitest';
import { scoresAsLatex } from '../../exports/score-latex.ts';
import { scoresAsMarkdown } from '../../exports/score-markdown.ts';
import { scoreTable, type Score } from '../../exports/score-table.ts';

const score = (where: string, mean: number, sd: number | null = 0.01): Score => {
  const [method = '', task = ''] = where.split(' on ');
  return { method, task, mean, sd, n: sd === null ? 1 : 3 };
};

/** LPT best on mr and trec; LoRA is second on mr and has nothing on trec. */
const SCORES = [
  score('lpt on mr', 0.724, 0.015),
  score('lora on mr', 0.701, 0.02),
  score('bitfit on mr', 0.652, null),
  score('lpt on trec', 0.777),
  score('bitfit on trec', 0.6),
];

describe('methods by tasks', () => {
  test('rank what is printed: best, second, and equal figures alike', () => {
    const { rows } = scoreTable(SCORES);
    expect(rows.map(({ cells }) => cells.map((cell) => cell?.rank))).toEqual([
      ['best', 'best'],
      ['second', undefined],
      ['other', 'second'],
    ]);
    // 70.04 and 69.96 are both printed 70.0.
    const close = scoreTable([score('a on mr', 0.7004), score('b on mr', 0.6996), score('c on mr', 0.65)]);
    expect(close.rows.map(({ cells }) => cells[0]?.rank)).toEqual(['best', 'best', 'second']);
  });

  test('rank a score of just below 0 with 0, as it is printed', () => {
    // -0.03 and 0.02, in percent: both 0.0.
    const { rows } = scoreTable([score('a on cola', -0.0003), score('b on cola', 0.0002), score('c on cola', -0.001)]);
    expect(rows.map(({ cells }) => cells[0]?.mean)).toEqual(['0.0', '0.0', '-0.1']);
    expect(rows.map(({ cells }) => cells[0]?.rank)).toEqual(['best', 'best', 'second']);
  });

  test('average over all tasks, and over nothing less', () => {
    // (72.4 + 77.7) / 2 = 75.05; (65.2 + 60.0) / 2 = 62.6; LoRA lacks trec.
    const { rows } = scoreTable(SCORES);
    expect(rows.map(({ average }) => average?.mean)).toEqual(['75.0', undefined, '62.6']);
    expect(rows.map(({ average }) => average?.rank)).toEqual(['best', undefined, 'second']);
  });

  test('call nothing best where there is nothing beside it', () => {
    expect(scoreTable([score('lpt on mr', 0.7)]).rows[0]?.cells[0]?.rank).toBe('other');
  });
});

describe('in LaTeX', () => {
  const latex = scoresAsLatex(scoreTable(SCORES), { caption: 'Sweep a_b & 50%', label: 'a_b {x}' });

  test('best is bold, second underlined, with mean ± sd and n', () => {
    expect(latex).toContain(
      'lpt & \\textbf{72.4} {\\scriptsize $\\pm$\\,1.5 ($n$=3)} & \\textbf{77.7} {\\scriptsize $\\pm$\\,1.0 ($n$=3)} & \\textbf{75.0} \\\\',
    );
    expect(latex).toContain('lora & \\underline{70.1} {\\scriptsize $\\pm$\\,2.0 ($n$=3)} & -- & -- \\\\');
  });

  test('one seed has no ±', () => {
    expect(latex).toContain('bitfit & 65.2 {\\scriptsize ($n$=1)} &');
  });

  test('is a booktabs table whose every row has as many cells as columns, and names cannot break it', () => {
    for (const rule of ['\\toprule', '\\midrule', '\\bottomrule']) expect(latex).toContain(rule);
    expect(latex).toContain('\\caption{Sweep a\\_b \\& 50\\%}');
    expect(latex).toContain('\\label{tab:a-b-x-}');
    const rows = latex.split('\n').filter((line) => line.endsWith('\\\\'));
    expect(rows).toHaveLength(4);
    for (const row of rows) expect(row.match(/(?<!\\)&/g)).toHaveLength(3);
    expect(scoresAsLatex(scoreTable([score('}\\end{table} on m&r', 0.5)]), { caption: '', label: '' })).toContain(
      '\\}\\textbackslash{}end\\{table\\} &',
    );
  });
});

test('in Markdown best is bold, second underlined, and a name with pipes stays one cell', () => {
  const markdown = scoresAsMarkdown(scoreTable([...SCORES, score('a|b on mr', 0.1)]), 'Sweep <x>');
  expect(markdown).toContain('Sweep &lt;x&gt;\n\n| method | mr | trec | average |\n| --- | ---: | ---: | ---: |\n');
  expect(markdown).toContain('| lpt | **72.4** ± 1.5 (n=3) | **77.7** ± 1.0 (n=3) | **75.0** |');
  expect(markdown).toContain('| lora | <u>70.1</u> ± 2.0 (n=3) | – | – |');
  expect(markdown).toContain('| bitfit | 65.2 (n=1) |');
  expect(markdown).toContain('| a\\|b | 10.0');
});
