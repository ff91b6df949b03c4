// Who worked when: a row a worker, a bar an attempt.
import * as Plot from '@observablehq/plot';
import { draw, WIDTHS, type Words } from './drawing.ts';
import { legendOf } from './legend.ts';

export interface Work {
  worker: string;
  /** What the attempt came to. */
  state: string;
  from: Date;
  until: Date;
}

const ROW = 34;
const LETTER = 7.2;

export function workerTimes(work: readonly Work[], words: Words, width = WIDTHS.wide): string {
  const workers = [...new Set(work.map(({ worker }) => worker))].sort();
  const left = Math.min(width * 0.5, 16 + LETTER * Math.max(...workers.map((worker) => worker.length)));
  const { marks, marginTop, color } = legendOf(
    work.map(({ state }) => state),
    width - left,
  );
  return draw(
    {
      width,
      height: marginTop + 50 + ROW * workers.length,
      ...{ marginTop, marginLeft: left, marginBottom: 40, color },
      x: { type: 'utc', label: 'time (UTC)', labelAnchor: 'center', labelArrow: 'none', ticks: width / 120 },
      y: { type: 'band', domain: workers, label: null, tickSize: 0, padding: 0.2 },
      marks: [
        Plot.barX(work, {
          x1: 'from',
          x2: 'until',
          y: 'worker',
          fill: 'state',
          fillOpacity: 0.75,
          insetLeft: 0.5,
          insetRight: 0.5,
        }),
        ...marks,
      ],
    },
    words,
  );
}
