// Speed against accuracy: which configurations no faster one beats.
import { listPoints, type ConfigurationPoint } from '../../db/charts/configurations.ts';
import type { SweepRow } from '../../db/sweeps.ts';
import { speedAgainstScore } from '../charts/speed-against-score.ts';
import { figure } from '../figure.ts';
import { html } from '../html.ts';
import type { Page } from '../layout.ts';
import { count } from '../names.ts';
import { stoppedNote } from '../stopped-note.ts';
import type { Visit } from '../visit.ts';
import { choiceForm, facetChoice, readChoice } from './choices.ts';
import { configurationTable, THROUGHPUT } from './configuration-table.ts';
import { framed } from './frame.ts';

const SHOWN = 500;
const CAPTION = 'The Pareto front, fastest first; times and shares of the time are means over trials measured alone';
const EMPTY = 'No trial of this task that was timed is complete yet.';

export async function speedView(visit: Visit, sweep: SweepRow): Promise<Page> {
  const chosen = await readChoice(visit, sweep.id);
  const { facet } = chosen;
  if (facet === null) return framed(visit, sweep, { tab: 'speed', content: html`<p class="empty">${EMPTY}</p>` });
  const points = await listPoints(visit.database, facet, { limit: SHOWN, timed: true });
  const front = points.filter(({ isOnFront }) => isOnFront).sort((one, other) => timeOf(one) - timeOf(other));
  const words = {
    title: 'Speed against accuracy',
    description: `Mean dev score against the time of a training step. Ringed and joined is the Pareto front: ${count(front.length, 'configuration')} that no faster one equals. Shown are the front and the best on dev, ${points.length} in all.${stoppedNote(facet, points)}`,
  };
  const drawn = points.map((point) => ({ ...point, msPerStep: timeOf(point), score: point.devMean }));
  const shown = figure({
    words,
    draw: drawn.length === 0 ? null : (width) => speedAgainstScore(drawn, words, width),
    whenEmpty: EMPTY,
    table: configurationTable(front, CAPTION, THROUGHPUT),
  });
  return framed(visit, sweep, { tab: 'speed', content: [choiceForm([facetChoice(chosen)]), shown] });
}

function timeOf({ msPerStep }: ConfigurationPoint): number {
  return msPerStep ?? 0;
}
