// A legend inside the chart, so that it goes where the chart goes.
import * as Plot from '@observablehq/plot';
import { seriesColours } from './colours.ts';
import { WIDTH } from './drawing.ts';

export interface Legend {
  marks: Plot.Markish[];
  /** What the chart has to leave free at its top. */
  marginTop: number;
  color: { domain: string[]; range: string[] };
}

const LINE = 18;
const LETTER = 7;
const SWATCH = 26;

/** @param left the chart's left margin */
export function legendOf(names: readonly string[], left: number): Legend {
  const color = seriesColours(names);
  let x = 0;
  let line = 0;
  const entries = color.domain.map((name) => {
    const width = SWATCH + LETTER * name.length;
    if (x > 0 && x + width > WIDTH - left) {
      x = 0;
      line += 1;
    }
    const entry = { name, x, line };
    x += width;
    return entry;
  });
  const marginTop = LINE * (line + 1) + 16;
  const marks = entries.flatMap(({ name, x: dx, line: row }) => {
    const place = { frameAnchor: 'top-left', textAnchor: 'start', dy: row * LINE - marginTop + 14 } as const;
    const fill = color.range[color.domain.indexOf(name)] ?? 'currentColor';
    return [
      Plot.text(['●'], { ...place, fill, dx, fontSize: 14, ariaHidden: 'true' }),
      Plot.text([name], { ...place, fill: 'currentColor', dx: dx + 14 }),
    ];
  });
  return { marks, marginTop, color };
}
