// Score against insertion layer: a line with its band of one standard deviation for each generator, beside the baselines.
import * as Plot from '@observablehq/plot';
import { draw, WIDTHS, type Words } from './drawing.ts';
import { legendOf } from './legend.ts';
import { domainOf } from './scores.ts';
import { percent } from '../../sweep/numbers.ts';

export interface LayerScore {
  generator: string;
  insertionLayer: number;
  score: number;
  sd: number | null;
  n: number;
}

/** Measured in the same sweep. */
export interface BaselineScore {
  method: string;
  score: number;
}

const LEFT = 46;
/** For the baselines' names. */
const RIGHT = 136;
const BELOW = 40;
const HEIGHT = 300;
const LINE = 14;

export function scoreAgainstLayer(
  { layers, baselines }: { layers: readonly LayerScore[]; baselines: readonly BaselineScore[] },
  words: Words,
  width = WIDTHS.wide,
): string {
  const { marks, marginTop, color } = legendOf(
    layers.map(({ generator }) => generator),
    width - LEFT,
  );
  const low = layers.map(({ score, sd }) => score - (sd ?? 0));
  const high = layers.map(({ score, sd }) => score + (sd ?? 0));
  const domain = domainOf([...low, ...high, ...baselines.map(({ score }) => score)]);
  const isLine = new Set(layers.map(({ insertionLayer }) => insertionLayer)).size > 1;
  const ticks = [...new Set(layers.map(({ insertionLayer }) => insertionLayer))].sort((one, other) => one - other);
  const at = { x: 'insertionLayer', y: ({ score }: LayerScore) => 100 * score, stroke: 'generator' } as const;
  return draw(
    {
      width,
      height: HEIGHT + marginTop + BELOW,
      ...{ marginTop, marginLeft: LEFT, marginRight: baselines.length === 0 ? 20 : RIGHT, marginBottom: BELOW, color },
      x: { label: 'insertion layer', labelAnchor: 'center', labelArrow: 'none', ticks, tickFormat: 'd', inset: 12 },
      y: { label: 'score, %', domain, grid: true },
      marks: [
        Plot.ruleY(baselines, {
          y: ({ score }: BaselineScore) => 100 * score,
          strokeDasharray: '5 4',
          strokeOpacity: 0.7,
        }),
        ...baselineNames(baselines, domain),
        Plot.areaY(
          layers.filter(({ sd }) => sd !== null),
          {
            x: 'insertionLayer',
            y1: ({ score, sd }: LayerScore) => 100 * (score - (sd ?? 0)),
            y2: ({ score, sd }: LayerScore) => Math.min(domain[1], 100 * (score + (sd ?? 0))),
            fill: 'generator',
            fillOpacity: 0.18,
          },
        ),
        ...(isLine ? [Plot.lineY(layers, { ...at, strokeWidth: 2 })] : []),
        Plot.dot(layers, { ...at, fill: 'generator', r: 4, symbol: 'generator' }),
        ...marks,
      ],
    },
    words,
  );
}

/** Beside their lines, moved apart where they would lie over each other. */
function baselineNames(baselines: readonly BaselineScore[], [low, high]: [number, number]): Plot.Markish[] {
  const sorted = [...baselines].sort((one, other) => other.score - one.score);
  const own = sorted.map(({ score }) => ((high - 100 * score) / (high - low)) * HEIGHT);
  const places = apart(own);
  return sorted.map(({ method, score }, index) => {
    const place = { frameAnchor: 'right', textAnchor: 'start', dx: 6 } as const;
    const dy = (places[index] ?? 0) - (own[index] ?? 0);
    return Plot.text([100 * score], {
      ...place,
      y: (at: number) => at,
      dy,
      fill: 'currentColor',
      text: () => `${method} ${percent(score)}`,
    });
  });
}

/** From above, and then from below where the last ones have no room. */
function apart(places: readonly number[]): number[] {
  const down = [...places];
  for (let index = 1; index < down.length; index += 1)
    down[index] = Math.max(down[index] ?? 0, (down[index - 1] ?? 0) + LINE);
  let limit = HEIGHT + LINE;
  for (let index = down.length - 1; index >= 0; index -= 1) {
    down[index] = Math.min(down[index] ?? 0, limit);
    limit = (down[index] ?? 0) - LINE;
  }
  return down;
}
