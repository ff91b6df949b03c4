// Who worked when: a row a worker, a bar an attempt.
import * as Plot from '@observablehq/plot';
import { stateColours } from './colours.ts';
import { draw, WIDTHS, type Words } from './drawing.ts';
import { legendOf } from './legend.ts';

export interface Work {
  /** Whole: `pid@host/device/MiB`. */
  worker: string;
  /** What the attempt came to. */
  state: string;
  from: Date;
  until: Date;
}

const ROW = 34;
const LETTER = 7.2;
/** Between a name and its row. */
const GAP = 16;
const LONGEST_NAME = 32;

export function workerTimes(work: readonly Work[], words: Words, width = WIDTHS.wide): string {
  const workers = [...new Set(work.map(({ worker }) => worker))].sort();
  const letters = Math.min(LONGEST_NAME, Math.floor((width * 0.5 - GAP) / LETTER));
  const nameOf = (worker: string): string => shortName(worker, letters);
  const left = GAP + LETTER * Math.max(...workers.map((worker) => nameOf(worker).length));
  const { marks, marginTop, color } = legendOf(
    work.map(({ state }) => state),
    width - left,
    stateColours,
  );
  return draw(
    {
      width,
      height: marginTop + 50 + ROW * workers.length,
      ...{ marginTop, marginLeft: left, marginBottom: 54, color },
      x: { type: 'utc', label: 'time (UTC)', labelAnchor: 'center', labelArrow: 'none', ticks: width / 120 },
      y: { type: 'band', domain: workers, label: null, tickSize: 0, padding: 0.2, tickFormat: nameOf },
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

/** Process and host say which worker it is: device, memory and the host's domain are left out first. */
function shortName(worker: string, letters: number): string {
  const process = worker.replace(/\/.*$/, '');
  const local = process.replace(/\..*$/, '');
  const half = (letters - 1) / 2;
  const cut = `${local.slice(0, Math.ceil(half))}…${local.slice(-Math.floor(half))}`;
  return [worker, process, local].find((name) => name.length <= letters) ?? cut;
}
