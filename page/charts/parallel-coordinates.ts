// Settings side by side: every configuration is a line through its values, coloured by its score.
import * as Plot from '@observablehq/plot';
import { HEAT } from './colours.ts';
import { draw, WIDTHS, type Words } from './drawing.ts';
import { percent } from '../../sweep/numbers.ts';

export interface Line {
  /** Setting → value; null where the method has no such setting. */
  values: Readonly<Record<string, string | number | null>>;
  score: number;
}

interface Axis {
  name: string;
  /** Lowest first. */
  ticks: { value: string | number; at: number }[];
}

const SCORE = 'score, %';
const NONE = '–';
/** An axis with its values needs as much. */
const COLUMN = 78;
const LETTER = 7;
/** Letters over lines: with a rim in the colour of the page, where there is one. */
const ON_TOP = { fill: 'currentColor', stroke: 'var(--ground, #fff)', strokeWidth: 4 } as const;

export function parallelCoordinates(lines: readonly Line[], words: Words, width = WIDTHS.wide): string {
  const axes = axesOf(lines);
  const names = axes.map(({ name }) => name);
  const scores = lines.map(({ score }) => score);
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const heightOf = (score: number): number => (high > low ? (score - low) / (high - low) : 0.5);
  // The best are drawn last, over the others.
  const sorted = [...lines].sort((one, other) => one.score - other.score);
  const points = sorted.flatMap((line, index) => [
    ...axes.map((axis) => ({ index, name: axis.name, y: placeOn(axis, line), score: line.score })),
    { index, name: SCORE, y: heightOf(line.score), score: line.score },
  ]);
  const ticks = [
    ...axes.flatMap(({ name, ticks: own }) => own.map(({ value, at }) => ({ name, y: at, text: String(value) }))),
    ...[low, high].map((score) => ({ name: SCORE, y: heightOf(score), text: percent(score) })),
  ];
  return draw(
    {
      width: Math.max(width, COLUMN * (axes.length + 1)),
      ...{ height: 400, marginLeft: leftOf(axes), marginRight: 50, marginTop: 60, marginBottom: 20 },
      x: { type: 'point', domain: [...names, SCORE], axis: null },
      y: { axis: null, domain: [0, 1] },
      color: { type: 'linear', domain: high > low ? [low, high] : [low - 0.01, high + 0.01], range: HEAT.slice(1) },
      marks: [
        Plot.ruleX([...names, SCORE], { strokeOpacity: 0.4 }),
        Plot.line(points, {
          ...{ x: 'name', y: 'y', z: 'index', stroke: 'score', strokeWidth: 1.5, strokeOpacity: 0.75 },
          curve: 'monotone-x',
        }),
        Plot.text(
          ticks.filter(({ name }) => name !== SCORE),
          { ...{ x: 'name', y: 'y', text: 'text', dx: -6, textAnchor: 'end' }, ...ON_TOP },
        ),
        Plot.text(
          ticks.filter(({ name }) => name === SCORE),
          { ...{ x: 'name', y: 'y', text: 'text', dx: 6, textAnchor: 'start' }, ...ON_TOP },
        ),
        ...[...names, SCORE].map((name, index) =>
          Plot.text([name], {
            x: (text: string) => text,
            frameAnchor: 'top',
            dy: index % 2 === 0 ? -24 : -40,
            fontWeight: 600,
          }),
        ),
      ],
    },
    words,
  );
}

/** Room for the first axis's values. */
function leftOf([first]: readonly Axis[]): number {
  return 16 + LETTER * Math.max(4, ...(first?.ticks ?? []).map(({ value }) => String(value).length));
}

/** Only settings that differ where there are any: an axis with one value says nothing. Values stand at equal distances. */
function axesOf(lines: readonly Line[]): Axis[] {
  const names = [...new Set(lines.flatMap(({ values }) => Object.keys(values)))];
  return names.flatMap((name) => {
    const values = [...new Set(lines.map((line) => line.values[name] ?? NONE))].sort(byNumbers);
    if (values.filter((value) => value !== NONE).length < 2) return [];
    return [{ name, ticks: values.map((value, index) => ({ value, at: index / (values.length - 1) })) }];
  });
}

function placeOn({ name, ticks }: Axis, { values }: Line): number {
  return ticks.find(({ value }) => value === (values[name] ?? NONE))?.at ?? 0;
}

function byNumbers(one: string | number, other: string | number): number {
  if (one === NONE || other === NONE) return one === other ? 0 : one === NONE ? -1 : 1;
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return String(one).localeCompare(String(other), 'en', { numeric: true });
}
