// Every seed of a few configurations as a dot, with their mean: how much of a difference is luck.
import * as Plot from '@observablehq/plot';
import { draw, WIDTHS, type Words } from './drawing.ts';
import { legendOf } from './legend.ts';
import { domainOf } from './scores.ts';

export interface Strip {
  /** Unique among the strips. */
  name: string;
  method: string;
  scores: readonly number[];
}

const ROW = 30;
const LETTER = 7;

export function seedStrip(strips: readonly Strip[], words: Words, width = WIDTHS.wide): string {
  const left = Math.min(width * 0.6, 16 + LETTER * Math.max(...strips.map(({ name }) => name.length)));
  const { marks, marginTop, color } = legendOf(
    strips.map(({ method }) => method),
    width - left,
  );
  const dots = strips.flatMap(({ name, method, scores }) =>
    scores.map((score) => ({ name, method, score: 100 * score })),
  );
  const means = strips.flatMap(({ name, scores }) =>
    scores.length === 0 ? [] : [{ name, score: (100 * scores.reduce((sum, one) => sum + one, 0)) / scores.length }],
  );
  return draw(
    {
      width,
      height: marginTop + 50 + ROW * strips.length,
      ...{ marginTop, marginLeft: left, marginBottom: 40, color },
      x: {
        label: 'score, %',
        labelAnchor: 'center',
        labelArrow: 'none',
        ticks: width / 120,
        domain: domainOf(dots.map(({ score }) => score / 100)),
        grid: true,
      },
      y: { type: 'band', domain: strips.map(({ name }) => name), label: null, tickSize: 0 },
      marks: [
        Plot.tickX(means, {
          x: 'score',
          y: 'name',
          stroke: 'currentColor',
          strokeWidth: 2,
          insetTop: 3,
          insetBottom: 3,
        }),
        Plot.dot(dots, { x: 'score', y: 'name', fill: 'method', fillOpacity: 0.6, stroke: 'method', r: 4.5 }),
        ...marks,
      ],
    },
    words,
  );
}
