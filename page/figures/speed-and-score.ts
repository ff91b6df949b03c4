// Mean dev score against what a step takes, with the Pareto front. The front is one of dev: it says nothing of test scores.
import { listPoints, type ConfigurationPoint } from '../../db/charts/configurations.ts';
import { speedAgainstScore } from '../charts/speed-against-score.ts';
import type { Asked, Chart } from '../figure.ts';
import { partialNote } from './cautions.ts';
import { counted } from '../../sweep/counted.ts';

const SHOWN = 500;

/** The front, fastest first. */
export async function speedFigure({
  database,
  facet,
}: Pick<Asked, 'database' | 'facet'>): Promise<Chart & { front: ConfigurationPoint[] }> {
  const points = await listPoints(database, facet, { limit: SHOWN, timed: true });
  const front = points.filter(({ isOnFront }) => isOnFront).sort((one, other) => timeOf(one) - timeOf(other));
  const drawn = points.map((point) => ({ ...point, msPerStep: timeOf(point), score: point.devMean }));
  return {
    front,
    words: {
      title: 'Speed against accuracy',
      description: `Mean dev score against the time of a training step. Ringed and joined is the Pareto front: ${counted(front.length, 'configuration')} that no faster one equals. Shown are the front and the best on dev, ${points.length} in all.${partialNote(facet, points)}`,
    },
    draw: drawn.length === 0 ? null : (width, words) => speedAgainstScore(drawn, words, width),
  };
}

function timeOf({ msPerStep }: ConfigurationPoint): number {
  return msPerStep ?? 0;
}
