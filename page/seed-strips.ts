// Every seed of the configurations that are best on dev: what the page and the files draw alike.
import { listPoints, listSeedScores } from '../db/charts/configurations.ts';
import type { Facet } from '../db/charts/facets.ts';
import type { Database } from '../db/client.ts';
import type { Strip } from './charts/seed-strip.ts';
import { nameOf } from './names.ts';
import { scoreOf, type ScoreName } from './views/choices.ts';

/** The best of each method, then the best. */
const SHOWN = 14;
const LOOKED_AT = 500;
/** Of one method, as long as others have any. */
const OF_A_METHOD = 3;

export type SeedStrip = Strip & {
  /** Seeds. */
  n: number;
  mean: number;
  sd: number | null;
  isWhole: boolean;
};

/** Best on dev first. */
export async function listSeedStrips(database: Database, facet: Facet, score: ScoreName): Promise<SeedStrip[]> {
  const points = await listPoints(database, facet, { limit: LOOKED_AT });
  const [first, rest] = [true, false].map((isFirst) => points.filter(({ rank }) => rank <= OF_A_METHOD === isFirst));
  const shown = [...(first ?? []), ...(rest ?? [])].slice(0, SHOWN).sort((one, other) => other.devMean - one.devMean);
  const keys = shown.map(({ configurationKey }) => configurationKey);
  const scores = await listSeedScores(database, facet, keys);
  return shown.map((point, index) => {
    const own = scores.filter(({ configurationKey }) => configurationKey === point.configurationKey);
    const { score: mean, sd } = scoreOf(point, score);
    return {
      ...{ name: `${index + 1}. ${nameOf(point)}`, method: point.method, n: point.n, mean, sd, isWhole: point.isWhole },
      scores: own.map(({ devScore, testScore }) => (score === 'dev' ? devScore : testScore)),
    };
  });
}
