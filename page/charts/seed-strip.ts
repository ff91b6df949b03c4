// Every seed of a few configurations as a dot, with their mean: how much of a difference is luck.
import * as Plot from '@observablehq/plot';
import { draw, WIDTHS, type Words } from './drawing.ts';
import { inLines } from './in-lines.ts';
import { legendOf } from './legend.ts';
import { domainOf } from './scores.ts';

export interface Strip {
  /** Unique among the strips. */
  name: string;
  method: string;
  scores: readonly number[];
}

const ROW = 30;
const LINE = 12;
const LETTER = 7;
/** Between a name and its row. */
const GAP = 16;

export function seedStrip(strips: readonly Strip[], words: Words, width = WIDTHS.wide): string {
  const letters = Math.floor((width * 0.6 - GAP) / LETTER);
  const namesOf = new Map(strips.map(({ name }) => [name, inLines(name, { after: ', ', letters })]));
  const names = [...namesOf.values()];
  const left = GAP + LETTER * Math.max(...names.flat().map((line) => line.length));
  const row = Math.max(ROW, 10 + LINE * Math.max(...names.map((lines) => lines.length)));
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
      height: marginTop + 50 + row * strips.length,
      ...{ marginTop, marginLeft: left, marginBottom: 40, color },
      x: {
        label: 'score, %',
        labelAnchor: 'center',
        labelArrow: 'none',
        ticks: width / 120,
        domain: domainOf(dots.map(({ score }) => score / 100)),
        grid: true,
      },
      y: {
        ...{ type: 'band', domain: [...namesOf.keys()], label: null, tickSize: 0 },
        tickFormat: (name: string) => namesOf.get(name)?.join('\n') ?? name,
      },
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
