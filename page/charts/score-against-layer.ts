// Score against insertion layer: a line with its band of one standard deviation for each generator, beside the baselines. What
// was put in at several layers at once is on no line: it stands at the lowest of them.
import * as Plot from '@observablehq/plot';
import { apart } from './apart.ts';
import { draw, WIDTHS, type Words } from './drawing.ts';
import { legendOf } from './legend.ts';
import { domainOf } from './scores.ts';
import { percent } from '../../sweep/numbers.ts';

export interface LayerScore {
  generator: string;
  /** The lowest, where there are several. */
  insertionLayer: number;
  /** All of them: `6+9`. */
  insertionLayers: string;
  score: number;
  sd: number | null;
  n: number;
}

/** Measured in the same sweep. */
export interface BaselineScore {
  method: string;
  score: number;
}

type Domain = [low: number, high: number];

const LEFT = 46;
/** For the baselines' names. */
const RIGHT = 136;
const BELOW = 40;
const HEIGHT = 300;

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
  const single = layers.filter(isSingle);
  const several = layers.filter((row) => !isSingle(row));
  const isLine = new Set(single.map(({ insertionLayer }) => insertionLayer)).size > 1;
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
          single.filter(({ sd }) => sd !== null),
          {
            x: 'insertionLayer',
            z: 'generator',
            y1: ({ score, sd }: LayerScore) => 100 * (score - (sd ?? 0)),
            y2: ({ score, sd }: LayerScore) => Math.min(domain[1], 100 * (score + (sd ?? 0))),
            fill: 'generator',
            fillOpacity: 0.18,
          },
        ),
        ...(isLine ? [Plot.lineY(single, { ...at, z: 'generator', strokeWidth: 2 })] : []),
        Plot.dot(single, { ...at, fill: 'generator', r: 4, symbol: 'generator' }),
        Plot.dot(several, { ...at, r: 5, strokeWidth: 2 }),
        ...layerNames(several, domain, ((ticks[0] ?? 0) + (ticks.at(-1) ?? 0)) / 2),
        ...marks,
      ],
    },
    words,
  );
}

function isSingle({ insertionLayer, insertionLayers }: LayerScore): boolean {
  return insertionLayers === String(insertionLayer);
}

/** Beside their dots, on the side that has room: of those at the same place one below the other. */
function layerNames(several: readonly LayerScore[], domain: Domain, middle: number): Plot.Markish[] {
  return [...new Set(several.map(({ insertionLayer }) => insertionLayer))].flatMap((layer) => {
    const own = several.filter(({ insertionLayer }) => insertionLayer === layer);
    const side = layer > middle ? ({ dx: -9, textAnchor: 'end' } as const) : ({ dx: 9, textAnchor: 'start' } as const);
    return shifted(own, domain).map(({ row, dy }) =>
      Plot.text([row], {
        ...{ x: 'insertionLayer', y: ({ score }: LayerScore) => 100 * score, dy, ...side },
        ...{ text: 'insertionLayers', fill: 'currentColor' },
      }),
    );
  });
}

/** Beside their lines. */
function baselineNames(baselines: readonly BaselineScore[], domain: Domain): Plot.Markish[] {
  return shifted(baselines, domain).map(({ row: { method, score }, dy }) =>
    Plot.text([100 * score], {
      ...{ frameAnchor: 'right', textAnchor: 'start', dx: 6, dy },
      ...{ y: (at: number) => at, fill: 'currentColor', text: () => `${method} ${percent(score)}` },
    }),
  );
}

/** The best first, each with what moves its name away from others. */
function shifted<Row extends { score: number }>(rows: readonly Row[], [low, high]: Domain): { row: Row; dy: number }[] {
  const sorted = [...rows].sort((one, other) => other.score - one.score);
  const own = sorted.map(({ score }) => ((high - 100 * score) / (high - low)) * HEIGHT);
  const places = apart(own, HEIGHT);
  return sorted.map((row, index) => ({ row, dy: (places[index] ?? 0) - (own[index] ?? 0) }));
}
