// How much is luck: every seed of the configurations best on dev, of each method.
import { listPoints, listSeedScores, type ConfigurationPoint } from '../../db/charts/configurations.ts';
import type { SweepRow } from '../../db/sweeps.ts';
import { seedStrip, type Strip } from '../charts/seed-strip.ts';
import { figure } from '../figure.ts';
import { html } from '../html.ts';
import type { Page } from '../layout.ts';
import { nameOf } from '../names.ts';
import { table } from '../table.ts';
import type { Visit } from '../visit.ts';
import { choiceForm, facetChoice, OF_SCORE, readChoice, scoreChoice, type ScoreName } from './choices.ts';
import { framed } from './frame.ts';
import { oneSeed } from './layers.ts';
import { meanAndSd, percent } from '../../sweep/numbers.ts';

const SHOWN = 14;
const LOOKED_AT = 500;
/** Of one method, as long as others have any. */
const OF_A_METHOD = 3;
const EMPTY = 'No trial of this task is complete yet.';

export async function seedsView(visit: Visit, sweep: SweepRow): Promise<Page> {
  const chosen = await readChoice(visit, sweep.id);
  const { facet, score } = chosen;
  if (facet === null) return framed(visit, sweep, { tab: 'seeds', content: html`<p class="empty">${EMPTY}</p>` });
  const points = await listPoints(visit.database, facet, { limit: LOOKED_AT });
  const picked = [
    ...points.filter(({ rank }) => rank <= OF_A_METHOD),
    ...points.filter(({ rank }) => rank > OF_A_METHOD),
  ]
    .slice(0, SHOWN)
    .sort((one, other) => other.devMean - one.devMean);
  const keys = picked.map(({ configurationKey }) => configurationKey);
  const scores = await listSeedScores(visit.database, facet, keys);
  const strips = stripsOf(picked, scores, score);
  const words = {
    title: 'Scores of every seed',
    description: `A dot is one seed, the stroke their mean; the best on dev of each method, best first. Shown are ${OF_SCORE[score]}.${oneSeed(picked)}`,
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
        { title: 'n', cell: ({ scores: own }) => own.length, isNumber: true },
        { title: 'mean ± sd, %', cell: ({ mean, sd }) => meanAndSd(mean, sd), isNumber: true },
        { title: 'each seed, %', cell: ({ scores: own }) => own.map(percent).join(', ') },
      ],
      whenEmpty: EMPTY,
    }),
  });
  const choices = choiceForm([facetChoice(chosen), scoreChoice(chosen)]);
  return framed(visit, sweep, { tab: 'seeds', content: [choices, shown] });
}

type Shown = Strip & { mean: number; sd: number | null };

function stripsOf(
  points: readonly ConfigurationPoint[],
  scores: Awaited<ReturnType<typeof listSeedScores>>,
  score: ScoreName,
): Shown[] {
  return points.map((point, index) => {
    const own = scores.filter(({ configurationKey }) => configurationKey === point.configurationKey);
    const isDev = score === 'dev';
    return {
      name: `${index + 1}. ${nameOf(point)}`,
      method: point.method,
      scores: own.map(({ devScore, testScore }) => (isDev ? devScore : testScore)),
      mean: isDev ? point.devMean : point.testMean,
      sd: isDev ? point.devSd : point.testSd,
    };
  });
}
