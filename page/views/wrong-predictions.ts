// The test examples that a trial got wrong, a page at a time.
import type { WrongPrediction, WrongPredictions } from '../../control/wrong-predictions.ts';
import { html, type Markup } from '../html.ts';
import { table, type Column } from '../table.ts';
import type { Visit } from '../visit.ts';
import { lastStart, numberAmong, pageLinks } from './pages.ts';
import { counted } from '../../sweep/counted.ts';

const SIZE = 50;

export function wrongSection({ parameters }: Visit, found: WrongPredictions): Markup {
  return html`<section id="wrong" data-live>
    <h2>What it got wrong on test</h2>
    ${contentOf(parameters, found)}
  </section>`;
}

function contentOf(parameters: URLSearchParams, found: WrongPredictions): Markup {
  if (found.kind === 'no predictions')
    return html`<p class="empty">No predictions are stored: test is scored when a trial is complete.</p>`;
  if (found.kind === 'no data')
    return html`<p class="empty">The texts are neither on this machine nor in Postgres, or have changed since.</p>`;
  const { wrong, examples } = found;
  const from = lastStart(numberAmong(parameters, 'from'), { size: SIZE, total: wrong.length });
  const fields = [...new Set(wrong.flatMap((one) => Object.keys(one.fields)))];
  const columns: Column<WrongPrediction>[] = [
    { title: 'example', cell: ({ index }) => index, isNumber: true, isHead: true },
    ...fields.map((field) => ({ title: field, cell: (one: WrongPrediction) => one.fields[field] })),
    { title: 'label', cell: ({ label }) => label },
    { title: 'predicted', cell: ({ predicted }) => predicted },
  ];
  const shown = table({
    caption: `${wrong.length} of ${counted(examples, 'example')}`,
    rows: wrong.slice(from, from + SIZE),
    columns,
    whenEmpty: 'Nothing.',
  });
  return html`${shown}${pageLinks({ parameters, from, size: SIZE, total: wrong.length })}`;
}
