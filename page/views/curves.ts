// Learning curves, many at once.
import { listCurveBands, listCurves, type CurveBand, type CurvePoint } from '../../db/charts/curves.ts';
import type { SweepRow } from '../../db/sweeps.ts';
import { learningCurves } from '../charts/learning-curves.ts';
import { figure } from '../figure.ts';
import { html, type Markup } from '../html.ts';
import type { Page } from '../layout.ts';
import { count, sweepPath } from '../names.ts';
import { table } from '../table.ts';
import type { Visit } from '../visit.ts';
import { choiceForm, facetChoice, readChoice } from './choices.ts';
import { framed } from './frame.ts';
import { percent } from '../../sweep/numbers.ts';

const TRIALS = 60;
const EMPTY = 'No trial of this task has been scored on dev yet.';

export async function curvesView(visit: Visit, sweep: SweepRow): Promise<Page> {
  const { database } = visit;
  const chosen = await readChoice(visit, sweep.id);
  const { facet } = chosen;
  if (facet === null) return framed(visit, sweep, { tab: 'curves', content: html`<p class="empty">${EMPTY}</p>` });
  const [curves, bands] = await Promise.all([listCurves(database, facet, TRIALS), listCurveBands(database, facet)]);
  const content = [choiceForm([facetChoice(chosen)]), curvesFigure(curves, bands), lastScores(sweep, curves)];
  return framed(visit, sweep, { tab: 'curves', content });
}

function curvesFigure(curves: readonly CurvePoint[], bands: readonly CurveBand[]): Markup {
  const shown = new Set(curves.map(({ position }) => position)).size;
  const words = {
    title: 'Learning curves',
    description: `Dev score against step. The thick line is the median of all trials of a method, the band their middle half; thin lines are ${count(shown, 'single trial')}: those that run now, then the best on dev.`,
  };
  return figure({
    words,
    draw: bands.length === 0 ? null : (width) => learningCurves({ curves, bands }, words, width),
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

/** The way from a thin line to its trial. */
function lastScores(sweep: SweepRow, curves: readonly CurvePoint[]): Markup | null {
  if (curves.length === 0) return null;
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
