// A sweep's figures by themselves, for files: each task and regime has its own.
import { listFacets } from '../db/charts/facets.ts';
import type { Database } from '../db/client.ts';
import { idOf, WIDTHS } from './charts/drawing.ts';
import type { Asked, Chart } from './figure.ts';
import { heatMapFigure } from './figures/heat-map.ts';
import { curvesFigure } from './figures/learning-curves.ts';
import { layerFigure } from './figures/score-by-layer.ts';
import { seedsFigure } from './figures/seeds.ts';
import { speedFigure } from './figures/speed-and-score.ts';
import { facetName } from './names.ts';
import type { ScoreName } from './score.ts';

export interface Drawing {
  /** Unique in its sweep, of letters, digits and hyphens: `heat-map-mr-few-shot-32`. */
  name: string;
  svg: string;
}

interface Kind {
  name: string;
  figure: (asked: Asked) => Promise<Chart>;
  /** Shows no test scores, so that there is none of them. */
  isOfDev?: true;
}

const KINDS: readonly Kind[] = [
  { name: 'heat-map', figure: heatMapFigure },
  { name: 'score-by-layer', figure: layerFigure },
  { name: 'speed-and-score', figure: speedFigure, isOfDev: true },
  { name: 'seeds', figure: seedsFigure },
  { name: 'learning-curves', figure: curvesFigure, isOfDev: true },
];

/** In the order of the sweep file. */
export async function drawFigures(
  database: Database,
  { sweepId, score }: { sweepId: string; score: ScoreName },
): Promise<Drawing[]> {
  const drawings: Drawing[] = [];
  const facets = await listFacets(database, sweepId);
  for (const [place, facet] of facets.entries()) {
    const about = facetName(facet, facets);
    for (const { name, figure, isOfDev } of KINDS) {
      if (isOfDev && score === 'test') continue;
      const { words, draw } = await figure({ database, facet, score });
      const unique = drawings.some((other) => other.name === named(name, about)) ? `-${place + 1}` : '';
      const title = `${words.title}, ${about}`;
      if (draw !== null)
        drawings.push({ name: `${named(name, about)}${unique}`, svg: draw(WIDTHS.wide, { ...words, title }) });
    }
  }
  return drawings;
}

/** A task's name may hold anything: a file's does not. */
function named(name: string, about: string): string {
  return `${name}-${idOf(about)}`.replace(/-+/g, '-').slice(0, 100);
}
