import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Control } from '../../control/control.ts';
import { NothingToDoError } from '../../db/errors.ts';
import { findSweep } from '../../db/sweeps.ts';
import { toPng } from '../../exports/png.ts';
import { standalone } from '../../exports/standalone.ts';
import { drawFigures, type Drawing } from '../../page/drawings.ts';
import {
  argumentOf,
  neededValue,
  SWEEP_ARGUMENT,
  UsageError,
  wholeNumberOf,
  type Call,
  type Command,
} from '../command.ts';
import { DONE } from '../exit-codes.ts';
import { refuseOccupied, writeOut } from '../out-file.ts';
import { withSession } from '../session.ts';

const FORMATS = ['svg', 'png', 'both'] as const;

export const figuresCommand: Command = {
  name: 'figures',
  summary: "a sweep's charts as files, SVG and PNG: heat map, score by layer, seeds, speed, learning curves",
  arguments: [SWEEP_ARGUMENT],
  options: {
    out: { help: 'the folder; needed', value: { name: 'folder' } },
    format: { help: 'which files', value: { name: 'format', oneOf: FORMATS, otherwise: 'both' } },
    score: {
      help: 'what is drawn; configurations are chosen on dev either way',
      value: { name: 'score', oneOf: ['dev', 'test'], otherwise: 'dev' },
    },
    scale: { help: 'of a PNG: pixels to one of the drawing, 1 to 8', value: { name: 'number', otherwise: '3' } },
    force: { help: 'write over files that are there' },
  },
  run: async (call) => {
    const folder = resolve(neededValue(call, 'out', 'a folder to write into'));
    const scale = scaleOf(call);
    const drawings = await withSession(call.terminal, ({ control }) => drawingsOf(call, control), { isQuiet: true });
    await makeFolder(folder);
    const files = drawings.flatMap((drawing) => filesOf(call, drawing));
    for (const { name } of files) refuseOccupied(join(folder, name), { force: call.flags.has('force') });
    for (const { name, svg, isPng } of files) {
      await writeOut(join(folder, name), isPng ? toPng(svg, scale) : standalone(svg));
    }
    call.terminal.say(`${files.length} files of ${drawings.length} figures are in ${folder}.`);
    return DONE;
  },
};

interface FigureFile {
  name: string;
  svg: string;
  isPng: boolean;
}

function filesOf({ values: { format } }: Call, { name, svg }: Drawing): FigureFile[] {
  return [
    ...(format === 'png' ? [] : [{ name: `${name}.svg`, svg, isPng: false }]),
    ...(format === 'svg' ? [] : [{ name: `${name}.png`, svg, isPng: true }]),
  ];
}

/** @throws UnknownSweepError, or NothingToDoError where there is nothing to draw */
async function drawingsOf(call: Call, { database }: Pick<Control, 'database'>): Promise<Drawing[]> {
  const sweep = await findSweep(database, argumentOf(call, 'sweep'));
  const score = call.values['score'] === 'test' ? 'test' : 'dev';
  const drawings = await drawFigures(database, { sweepId: sweep.id, score });
  if (drawings.length > 0) return drawings;
  throw new NothingToDoError(`Expected sweep \`${sweep.name}\` to have complete trials to draw, found none.`);
}

/** @throws UsageError */
function scaleOf(call: Call): number {
  const scale = wholeNumberOf(call, 'scale') ?? 3;
  if (scale >= 1 && scale <= 8) return scale;
  throw new UsageError(`Expected \`--scale\` to be 1 to 8, found ${scale}.`);
}

/** @throws an error for people */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new Error(`Expected \`${folder}\` to be a folder to write into, found: ${code}.`, { cause: error });
  }
}
