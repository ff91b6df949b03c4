// Score against insertion layer: a line with its band of one standard deviation for each generator, beside the baselines.
import * as Plot from '@observablehq/plot';
import { draw, WIDTH, type Words } from './drawing.ts';
import { legendOf } from './legend.ts';
import { domainOf, percent } from './scores.ts';

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

export function scoreAgainstLayer(
  { layers, baselines }: { layers: readonly LayerScore[]; baselines: readonly BaselineScore[] },
  words: Words,
): string {
  const { marks, marginTop, color } = legendOf(
    layers.map(({ generator }) => generator),
    LEFT,
  );
  const low = layers.map(({ score, sd }) => score - (sd ?? 0));
  const high = layers.map(({ score, sd }) => score + (sd ?? 0));
  const isLine = new Set(layers.map(({ insertionLayer }) => insertionLayer)).size > 1;
  const ticks = [...new Set(layers.map(({ insertionLayer }) => insertionLayer))].sort((one, other) => one - other);
  const at = { x: 'insertionLayer', y: ({ score }: LayerScore) => 100 * score, stroke: 'generator' } as const;
  return draw(
    {
      height: 340 + marginTop,
      ...{ marginTop, marginLeft: LEFT, marginRight: baselines.length === 0 ? 20 : 140, marginBottom: 40, color },
      x: { label: 'insertion layer', ticks, tickFormat: 'd', inset: 12 },
      y: { label: 'score, %', domain: domainOf([...low, ...high, ...baselines.map(({ score }) => score)]), grid: true },
      marks: [
        Plot.ruleY(baselines, {
          y: ({ score }: BaselineScore) => 100 * score,
          strokeDasharray: '5 4',
          strokeOpacity: 0.7,
        }),
        ...baselineNames(baselines),
        Plot.areaY(
          layers.filter(({ sd }) => sd !== null),
          {
            x: 'insertionLayer',
            y1: ({ score, sd }: LayerScore) => 100 * (score - (sd ?? 0)),
            y2: ({ score, sd }: LayerScore) => 100 * (score + (sd ?? 0)),
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

/** Beside the frame, moved apart where they would lie over each other. */
function baselineNames(baselines: readonly BaselineScore[]): Plot.Markish[] {
  const sorted = [...baselines].sort((one, other) => other.score - one.score);
  return sorted.map((baseline, index) => {
    const text = `${baseline.method} ${percent(baseline.score)}`;
    const place = { frameAnchor: 'top-left', textAnchor: 'start', dx: WIDTH - LEFT - 134 } as const;
    return Plot.text([text], { ...place, dy: 6 + index * 16, fill: 'currentColor' });
  });
}
