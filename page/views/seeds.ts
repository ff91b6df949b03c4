// How much is luck: every seed of the configurations best on dev, of each method.
import { configurationSettings } from '../../control/configuration-settings.ts';
import type { SweepRow } from '../../db/sweeps.ts';
import { figure } from '../figure.ts';
import { seedsFigure } from '../figures/seeds.ts';
import { html } from '../html.ts';
import type { Page } from '../layout.ts';
import { table } from '../table.ts';
import type { Visit } from '../visit.ts';
import { choiceForm, facetChoice, readChoice, scoreChoice } from './choices.ts';
import { framed } from './frame.ts';
import { settingsColumn } from './settings-column.ts';
import { meanAndSd, percent } from '../../sweep/numbers.ts';

const EMPTY = 'No trial of this task is complete yet.';

export async function seedsView(visit: Visit, sweep: SweepRow): Promise<Page> {
  const chosen = await readChoice(visit, sweep.id);
  const { facet, score } = chosen;
  if (facet === null) return framed(visit, sweep, { tab: 'seeds', content: html`<p class="empty">${EMPTY}</p>` });
  const [{ strips, ...chart }, settings] = await Promise.all([
    seedsFigure({ database: visit.database, facet, score }),
    configurationSettings(visit, sweep.id, []),
  ]);
  const shown = figure({
    ...chart,
    whenEmpty: EMPTY,
    table: table({
      caption: chart.words.title,
      rows: strips,
      columns: [
        { title: 'configuration', cell: ({ name }) => name, isHead: true },
        ...settingsColumn(strips, settings),
        { title: 'n', cell: ({ n }) => n, isNumber: true },
        { title: 'mean ± sd, %', cell: ({ mean, sd }) => meanAndSd(mean, sd), isNumber: true },
        { title: 'each seed, %', cell: ({ scores: own }) => own.map(percent).join(', ') },
      ],
      whenEmpty: EMPTY,
    }),
  });
  const choices = choiceForm([facetChoice(chosen), scoreChoice(chosen)]);
  return framed(visit, sweep, { tab: 'seeds', content: [choices, shown] });
}
