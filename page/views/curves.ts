// Learning curves, many at once.
import type { CurvePoint } from '../../db/charts/curves.ts';
import type { SweepRow } from '../../db/sweeps.ts';
import { figure } from '../figure.ts';
import { curvesFigure } from '../figures/learning-curves.ts';
import { html, type Markup } from '../html.ts';
import type { Page } from '../layout.ts';
import { sweepPath } from '../names.ts';
import { table } from '../table.ts';
import type { Visit } from '../visit.ts';
import { choiceForm, facetChoice, readChoice } from './choices.ts';
import { framed } from './frame.ts';
import { percent } from '../../sweep/numbers.ts';

const EMPTY = 'No trial of this task has been scored on dev yet.';

export async function curvesView(visit: Visit, sweep: SweepRow): Promise<Page> {
  const { database } = visit;
  const chosen = await readChoice(visit, sweep.id);
  const { facet } = chosen;
  if (facet === null) return framed(visit, sweep, { tab: 'curves', content: html`<p class="empty">${EMPTY}</p>` });
  const { curves, ...chart } = await curvesFigure({ database, facet });
  const content = [choiceForm([facetChoice(chosen)]), curvesSection(chart), lastScores(sweep, curves)];
  return framed(visit, sweep, { tab: 'curves', content });
}

type Curves = Omit<Awaited<ReturnType<typeof curvesFigure>>, 'curves'>;

function curvesSection({ bands, ...chart }: Curves): Markup {
  return figure({
    ...chart,
    whenEmpty: EMPTY,
    table: table({
      caption: 'Dev scores of all trials of a method by step, in percent',
      rows: bands,
      columns: [
        { title: 'method', cell: ({ method }) => method, isHead: true },
        { title: 'step', cell: ({ step }) => step, isNumber: true },
        { title: 'trials', cell: ({ trials }) => trials, isNumber: true },
        { title: 'lower quarter', cell: ({ low }) => percent(low), isNumber: true },
        { title: 'median', cell: ({ middle }) => percent(middle), isNumber: true },
        { title: 'upper quarter', cell: ({ high }) => percent(high), isNumber: true },
      ],
      whenEmpty: EMPTY,
    }),
  });
}

/** The way from a thin line to its trial. Empty, it is there too: an open page exchanges only the parts that it has. */
function lastScores(sweep: SweepRow, curves: readonly CurvePoint[]): Markup {
  if (curves.length === 0) return html`<section id="single-trials" data-live></section>`;
  const last = [...new Map(curves.map((point) => [point.position, point])).values()].sort(
    (one, other) => other.score - one.score,
  );
  const shown = table({
    caption: 'Best at its last score first',
    rows: last,
    columns: [
      {
        title: 'trial',
        cell: ({ position }) =>
          html`<a href="${sweepPath(sweep.name, 'trials', position)}">${sweep.name}/${position}</a>`,
        isHead: true,
      },
      { title: 'method', cell: ({ method }) => method },
      { title: 'step', cell: ({ step }) => step, isNumber: true },
      { title: 'dev, %', cell: ({ score }) => percent(score), isNumber: true },
    ],
    whenEmpty: EMPTY,
  });
  return html`<section id="single-trials" data-live>
    <h2>The single trials</h2>
    <details id="single-trials-table">
      <summary>Each at its last score, with the way to its page</summary>
      ${shown}
    </details>
  </section>`;
}
