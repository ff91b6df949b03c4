// How much is luck: every seed of the configurations best on dev, of each method.
import type { SweepRow } from '../../db/sweeps.ts';
import { seedStrip } from '../charts/seed-strip.ts';
import { figure } from '../figure.ts';
import { html } from '../html.ts';
import type { Page } from '../layout.ts';
import { listSeedStrips } from '../seed-strips.ts';
import { stoppedNote } from '../stopped-note.ts';
import { table } from '../table.ts';
import type { Visit } from '../visit.ts';
import { choiceForm, facetChoice, OF_SCORE, readChoice, scoreChoice } from './choices.ts';
import { framed } from './frame.ts';
import { oneSeed } from './layers.ts';
import { meanAndSd, percent } from '../../sweep/numbers.ts';

const EMPTY = 'No trial of this task is complete yet.';

export async function seedsView(visit: Visit, sweep: SweepRow): Promise<Page> {
  const chosen = await readChoice(visit, sweep.id);
  const { facet, score } = chosen;
  if (facet === null) return framed(visit, sweep, { tab: 'seeds', content: html`<p class="empty">${EMPTY}</p>` });
  const strips = await listSeedStrips(visit.database, facet, score);
  const words = {
    title: 'Scores of every seed',
    description: `A dot is one seed, the stroke their mean; the best on dev of each method, best first. Shown are ${OF_SCORE[score]}.${oneSeed(strips)}${stoppedNote(facet, strips)}`,
  };
  const shown = figure({
    words,
    draw: strips.length === 0 ? null : (width) => seedStrip(strips, words, width),
    whenEmpty: EMPTY,
    table: table({
      caption: words.title,
      rows: strips,
      columns: [
        { title: 'configuration', cell: ({ name }) => name, isHead: true },
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
