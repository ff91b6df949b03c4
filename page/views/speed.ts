// Speed against accuracy: which configurations no faster one beats.
import { configurationSettings } from '../../control/configuration-settings.ts';
import type { SweepRow } from '../../db/sweeps.ts';
import { figure } from '../figure.ts';
import { speedFigure } from '../figures/speed-and-score.ts';
import { html } from '../html.ts';
import type { Page } from '../layout.ts';
import type { Visit } from '../visit.ts';
import { choiceForm, facetChoice, readChoice } from './choices.ts';
import { configurationTable, IN_COLUMNS, THROUGHPUT } from './configuration-table.ts';
import { framed } from './frame.ts';

const CAPTION = 'The Pareto front, fastest first; times and shares of the time are means over trials measured alone';
const EMPTY = 'No trial of this task that was timed is complete yet.';

export async function speedView(visit: Visit, sweep: SweepRow): Promise<Page> {
  const chosen = await readChoice(visit, sweep.id);
  const { facet } = chosen;
  if (facet === null) return framed(visit, sweep, { tab: 'speed', content: html`<p class="empty">${EMPTY}</p>` });
  const [{ front, ...chart }, settings] = await Promise.all([
    speedFigure({ database: visit.database, facet }),
    configurationSettings(visit, sweep.id, IN_COLUMNS),
  ]);
  const shown = figure({
    ...chart,
    whenEmpty: EMPTY,
    table: configurationTable(front, { caption: CAPTION, settings, more: THROUGHPUT }),
  });
  return framed(visit, sweep, { tab: 'speed', content: [choiceForm([facetChoice(chosen)]), shown] });
}
