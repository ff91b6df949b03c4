// Dev score against step: the middle half of a method's trials as a band, single trials as thin lines over it.
import * as Plot from '@observablehq/plot';
import { draw, WIDTHS, type Words } from './drawing.ts';
import { everyNth } from './every-nth.ts';
import { legendOf } from './legend.ts';
import { domainOf } from './scores.ts';
import { grouped } from '../../sweep/statistics/grouped.ts';

export interface CurveStep {
  /** Which line it belongs to. */
  position: number;
  method: string;
  step: number;
  score: number;
}

export interface BandStep {
  method: string;
  step: number;
  low: number;
  middle: number;
  high: number;
}

const LEFT = 46;
/** Of each line. */
const POINTS = 200;

export function learningCurves(
  all: { curves: readonly CurveStep[]; bands: readonly BandStep[] },
  words: Words,
  width = WIDTHS.wide,
): string {
  const curves = grouped(all.curves, ({ position }) => String(position)).flatMap((own) => everyNth(own, POINTS));
  const bands = grouped(all.bands, ({ method }) => method).flatMap((own) => everyNth(own, POINTS));
  const { marks, marginTop, color } = legendOf(
    [...bands, ...curves].map(({ method }) => method),
    width - LEFT,
  );
  const scores = [...curves.map(({ score }) => score), ...bands.flatMap(({ low, high }) => [low, high])];
  return draw(
    {
      width,
      height: 300 + marginTop,
      ...{ marginTop, marginLeft: LEFT, marginBottom: 40, color },
      x: { label: 'step', labelAnchor: 'center', labelArrow: 'none', ticks: width / 90 },
      y: { label: 'dev score, %', domain: domainOf(scores), grid: true },
      marks: [
        Plot.areaY(bands, {
          x: 'step',
          y1: ({ low }: BandStep) => 100 * low,
          y2: ({ high }: BandStep) => 100 * high,
          fill: 'method',
          fillOpacity: 0.16,
        }),
        Plot.lineY(curves, {
          ...{ x: 'step', y: ({ score }: CurveStep) => 100 * score, z: 'position', stroke: 'method' },
          ...{ strokeWidth: 1, strokeOpacity: 0.55 },
        }),
        Plot.lineY(bands, {
          ...{ x: 'step', y: ({ middle }: BandStep) => 100 * middle, stroke: 'method', strokeWidth: 2.5 },
        }),
        ...marks,
      ],
    },
    words,
  );
}
