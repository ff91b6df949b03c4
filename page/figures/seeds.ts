// Every seed of the configurations that are best on dev: how much is luck.
import { settingsWithinMethods } from '../../control/configuration-settings.ts';
import { listPoints, listSeedScores } from '../../db/charts/configurations.ts';
import { seedStrip, type Strip } from '../charts/seed-strip.ts';
import type { Asked, Chart } from '../figure.ts';
import { nameOf } from '../names.ts';
import { fullName } from '../own-settings.ts';
import { OF_SCORE, scoreOf } from '../score.ts';
import { oneSeed, partialNote } from './cautions.ts';

/** More than there are methods. */
const SHOWN = 14;

type SeedStrip = Strip & {
  configurationKey: string;
  /** Seeds. */
  n: number;
  mean: number;
  sd: number | null;
  isWhole: boolean;
};

export async function seedsFigure(asked: Asked): Promise<Chart & { strips: SeedStrip[] }> {
  const [strips, settings] = await Promise.all([listStrips(asked), settingsWithinMethods(asked, asked.facet.sweepId)]);
  const named = strips.map((strip) => ({ ...strip, name: fullName(strip.name, strip.configurationKey, settings) }));
  return {
    strips,
    words: {
      title: 'Scores of every seed',
      description: `A dot is one seed, the stroke their mean; the best on dev of each method, best first. Shown are ${OF_SCORE[asked.score]}.${oneSeed(strips)}${partialNote(asked.facet, strips)}`,
    },
    draw: strips.length === 0 ? null : (width, words) => seedStrip(named, words, width),
  };
}

/** Best on dev first. */
async function listStrips({ database, facet, score }: Asked): Promise<SeedStrip[]> {
  const points = await listPoints(database, facet, { limit: SHOWN, byRank: true });
  const shown = points.sort((one, other) => other.devMean - one.devMean);
  const keys = shown.map(({ configurationKey }) => configurationKey);
  const scores = await listSeedScores(database, facet, keys);
  return shown.map((point, index) => {
    const own = scores.filter(({ configurationKey }) => configurationKey === point.configurationKey);
    const { score: mean, sd } = scoreOf(point, score);
    return {
      ...{ name: `${index + 1}. ${nameOf(point)}`, method: point.method, configurationKey: point.configurationKey },
      ...{ n: point.n, mean, sd, isWhole: point.isWhole },
      scores: own.map(({ devScore, testScore }) => (score === 'dev' ? devScore : testScore)),
    };
  });
}
