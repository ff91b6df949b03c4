// Insertion layer × prompt length: a score a cell, with its spread and how many seeds it is the mean of.
import * as Plot from '@observablehq/plot';
import { HEAT } from './colours.ts';
import { draw, WIDTHS, type Words } from './drawing.ts';
import { inLines } from './in-lines.ts';
import { percent } from '../../sweep/numbers.ts';

export interface HeatCell {
  /** `6`, or `6+9`. */
  insertionLayers: string;
  promptLength: number;
  /** In [−1, 1]. */
  score: number;
  /** Null for one seed. */
  sd: number | null;
  n: number;
}

const ROW = 46;
const LEFT = 46;
const RIGHT = 20;
/** Its letters need as much. */
const COLUMN = 42;
const LETTER = 7;
const LINE = 12;

export function heatMap(cells: readonly HeatCell[], words: Words, width = WIDTHS.wide): string {
  const layers = [...new Set(cells.map(({ insertionLayers }) => insertionLayers))].sort(byNumbers);
  const lengths = [...new Set(cells.map(({ promptLength }) => promptLength))].sort((one, other) => other - one);
  const scores = cells.map(({ score }) => score);
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const isDark = ({ score }: HeatCell): boolean => high > low && (score - low) / (high - low) > 0.5;
  const place = { x: 'insertionLayers', y: 'promptLength' } as const;
  const fill = (cell: HeatCell): string => (isDark(cell) ? '#fff' : '#111');
  const column = Math.max(COLUMN, (width - LEFT - RIGHT) / layers.length);
  const namesOf = new Map(layers.map((name) => [name, linesOf(name, column)]));
  // Beyond the first line.
  const more = LINE * (Math.max(...[...namesOf.values()].map((lines) => lines.length)) - 1);
  return draw(
    {
      width: LEFT + column * layers.length + RIGHT,
      height: 70 + more + ROW * lengths.length,
      ...{ marginLeft: LEFT, marginRight: RIGHT, marginBottom: 42 + more },
      x: {
        ...{ label: 'insertion layer', domain: layers, type: 'band', padding: 0.03 },
        tickFormat: (name: string) => namesOf.get(name)?.join('\n') ?? name,
      },
      y: { label: 'prompt length', domain: lengths, type: 'band', padding: 0.04 },
      color: { type: 'linear', range: HEAT, domain: high > low ? [low, high] : [low - 0.01, high + 0.01] },
      marks: [
        Plot.cell(cells, { ...place, fill: 'score' }),
        Plot.text(cells, { ...place, fill, fontWeight: 600, dy: -9, text: ({ score }: HeatCell) => percent(score) }),
        Plot.text(cells, { ...place, fill, fontSize: 10, dy: 7, lineHeight: 1.1, text: spreadOf }),
      ],
    },
    words,
  );
}

/** Under its column alone: `2+3+4+5` has more letters than one of many columns has room for. */
function linesOf(insertionLayers: string, column: number): string[] {
  return inLines(insertionLayers, { after: '+', letters: Math.floor(column / LETTER) - 1 });
}

function spreadOf({ sd, n }: HeatCell): string {
  return `${sd === null ? '' : `± ${percent(sd)}\n`}n = ${n}`;
}

/** `6`, `6+9`, `10`. */
function byNumbers(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
