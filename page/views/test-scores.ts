// What a trial was scored on at its end: test, and MNLI's second test set.
import type { TrialDetails } from '../../control/show.ts';
import { html, type Markup } from '../html.ts';
import { table } from '../table.ts';
import { percent } from '../../sweep/numbers.ts';

export function testScores({ evaluations }: Pick<TrialDetails, 'evaluations'>): Markup {
  const shown = table({
    caption: 'By the weights that were best on dev',
    rows: evaluations.filter(({ split }) => split === 'test' || split === 'test-mismatched'),
    columns: [
      { title: 'split', cell: ({ split }) => split, isHead: true },
      { title: 'step', cell: ({ step }) => step, isNumber: true },
      { title: 'metric', cell: ({ metric }) => metric },
      { title: 'score, %', cell: ({ score }) => percent(score), isNumber: true },
      { title: 'loss', cell: ({ loss }) => loss.toFixed(4), isNumber: true },
      { title: 'examples', cell: ({ examples }) => examples, isNumber: true },
    ],
    whenEmpty: 'Test is scored when a trial is complete.',
  });
  return html`<section id="test-scores" data-live>
    <h2>Test</h2>
    ${shown}
  </section>`;
}
