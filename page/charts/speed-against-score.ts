// What a step costs against how good it gets, with the front of those that no cheaper configuration beats.
import * as Plot from '@observablehq/plot';
import { draw, WIDTHS, type Words } from './drawing.ts';
import { legendOf } from './legend.ts';
import { domainOf } from './scores.ts';

export interface SpeedPoint {
  method: string;
  msPerStep: number;
  score: number;
  isOnFront: boolean;
}

const LEFT = 46;

export function speedAgainstScore(points: readonly SpeedPoint[], words: Words, width = WIDTHS.wide): string {
  const { marks, marginTop, color } = legendOf(
    points.map(({ method }) => method),
    width - LEFT,
  );
  const front = points.filter(({ isOnFront }) => isOnFront).sort((one, other) => one.msPerStep - other.msPerStep);
  const at = { x: 'msPerStep', y: ({ score }: SpeedPoint) => 100 * score } as const;
  return draw(
    {
      width,
      height: 300 + marginTop,
      ...{ marginTop, marginLeft: LEFT, marginBottom: 40, color },
      x: { label: 'milliseconds a step', labelAnchor: 'center', labelArrow: 'none', nice: true, ticks: width / 90 },
      y: { label: 'score, %', domain: domainOf(points.map(({ score }) => score)), grid: true },
      marks: [
        Plot.line(front, { ...at, curve: 'step-after', strokeOpacity: 0.7, strokeDasharray: '5 4' }),
        Plot.dot(points, { ...at, stroke: 'method', fill: 'method', fillOpacity: 0.35, r: 3.5 }),
        Plot.dot(front, { ...at, stroke: 'currentColor', r: 6.5, strokeWidth: 1.5 }),
        ...marks,
      ],
    },
    words,
  );
}
