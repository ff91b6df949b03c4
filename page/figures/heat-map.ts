// Insertion layer by prompt length: the best on dev in each cell.
import { listCells, type Place } from '../../db/charts/layers.ts';
import { heatMap } from '../charts/heat-map.ts';
import type { Asked, Chart } from '../figure.ts';
import { OF_SCORE, scoreOf } from '../score.ts';
import { oneSeed, partialNote } from './cautions.ts';

/** Of one generator, or of all. */
export async function heatMapFigure(
  { database, facet, score }: Asked,
  generator: string | null = null,
): Promise<Chart & { cells: Place[] }> {
  const cells = await listCells(database, facet, generator);
  const drawn = cells.map((cell) => ({ ...cell, ...scoreOf(cell, score) }));
  return {
    cells,
    words: {
      title: 'Insertion layer by prompt length',
      description: `In each cell the configuration that is best on dev: mean ± sd in percent over n seeds, as ${OF_SCORE[score]}.${oneSeed(cells)}${partialNote(facet, cells)}`,
    },
    draw: drawn.length === 0 ? null : (width, words) => heatMap(drawn, words, width),
  };
}
