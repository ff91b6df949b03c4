// A legend inside the chart, so that it goes where the chart goes.
import * as Plot from '@observablehq/plot';
import { seriesColours } from './colours.ts';

export interface Legend {
  marks: Plot.Markish[];
  /** What the chart has to leave free at its top. */
  marginTop: number;
  color: { domain: string[]; range: string[] };
}

const LINE = 18;
/** The axis says above the legend what it is. */
const AXIS_LABEL = 16;
const LETTER = 7;
const SWATCH = 26;

/** @param width the room that its lines have */
export function legendOf(names: readonly string[], width: number): Legend {
  const color = seriesColours(names);
  let x = 0;
  let line = 0;
  const entries = color.domain.map((name) => {
    const length = SWATCH + LETTER * name.length;
    if (x > 0 && x + length > width) {
      x = 0;
      line += 1;
    }
    const entry = { name, x, line };
    x += length;
    return entry;
  });
  const marginTop = AXIS_LABEL + LINE * (line + 1) + 12;
  const marks = entries.flatMap(({ name, x: dx, line: row }) => {
    const place = {
      frameAnchor: 'top-left',
      textAnchor: 'start',
      dy: row * LINE - marginTop + AXIS_LABEL + 6,
    } as const;
    const fill = color.range[color.domain.indexOf(name)] ?? 'currentColor';
    return [
      Plot.text(['●'], { ...place, fill, dx, fontSize: 14, ariaHidden: 'true' }),
      Plot.text([name], { ...place, fill: 'currentColor', dx: dx + 14 }),
    ];
  });
  return { marks, marginTop, color };
}
