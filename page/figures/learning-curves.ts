// Dev score against step: what half of a method's trials do, and single ones. Test is scored once: it has no curve.
import { listCurveBands, listCurves, type CurveBand, type CurvePoint } from '../../db/charts/curves.ts';
import { learningCurves } from '../charts/learning-curves.ts';
import type { Asked, Chart } from '../figure.ts';
import { counted } from '../../sweep/counted.ts';

/** Single trials beside the bands. */
const TRIALS = 60;

export async function curvesFigure({
  database,
  facet,
}: Pick<Asked, 'database' | 'facet'>): Promise<Chart & { curves: CurvePoint[]; bands: CurveBand[] }> {
  const [curves, bands] = await Promise.all([listCurves(database, facet, TRIALS), listCurveBands(database, facet)]);
  const shown = new Set(curves.map(({ position }) => position)).size;
  return {
    ...{ curves, bands },
    words: {
      title: 'Learning curves',
      description: `Dev score against step. The thick line is the median of all trials of a method, the band their middle half; thin lines are ${counted(shown, 'single trial')}: those that run now, then the best on dev.`,
    },
    draw: bands.length === 0 ? null : (width, words) => learningCurves({ curves, bands }, words, width),
  };
}
