// A sweep's figures by themselves, for files: each task and regime has its own.
import { listPoints } from '../db/charts/configurations.ts';
import { listCurveBands, listCurves } from '../db/charts/curves.ts';
import { listFacets, type Facet } from '../db/charts/facets.ts';
import { listCells, listLayers, listMethods } from '../db/charts/layers.ts';
import type { Database } from '../db/client.ts';
import { idOf, type Words } from './charts/drawing.ts';
import { heatMap } from './charts/heat-map.ts';
import { learningCurves } from './charts/learning-curves.ts';
import { scoreAgainstLayer } from './charts/score-against-layer.ts';
import { seedStrip } from './charts/seed-strip.ts';
import { speedAgainstScore } from './charts/speed-against-score.ts';
import { listSeedStrips } from './seed-strips.ts';
import { stoppedNote } from './stopped-note.ts';
import { facetName, OF_SCORE, scoreOf, type ScoreName } from './views/choices.ts';

export interface Drawing {
  /** Unique in its sweep, of letters, digits and hyphens: `heat-map-mr-few-shot-32`. */
  name: string;
  svg: string;
}

/** What is drawn, and which of the two scores. Configurations are chosen on dev either way. */
export interface Asked {
  database: Database;
  facet: Facet;
  score: ScoreName;
}

/** Null where there is nothing to draw yet. */
type Figure = (asked: Asked) => Promise<string | null>;

const FIGURES: Record<string, Figure> = {
  'heat-map': drawHeatMap,
  'score-by-layer': drawLayers,
  'speed-and-score': drawSpeed,
  seeds: drawSeeds,
  'learning-curves': drawCurves,
};

/** In the order of the sweep file. */
export async function drawFigures(
  database: Database,
  { sweepId, score }: { sweepId: string; score: ScoreName },
): Promise<Drawing[]> {
  const drawings: Drawing[] = [];
  for (const [place, facet] of (await listFacets(database, sweepId)).entries()) {
    for (const [name, draw] of Object.entries(FIGURES)) {
      const svg = await draw({ database, facet, score });
      const unique = drawings.some((other) => other.name === named(name, facet)) ? `-${place + 1}` : '';
      if (svg !== null) drawings.push({ name: `${named(name, facet)}${unique}`, svg });
    }
  }
  return drawings;
}

/** A task's name may hold anything: a file's does not. */
function named(name: string, facet: Facet): string {
  return `${name}-${idOf(facetName(facet))}`.replace(/-+/g, '-').slice(0, 100);
}

async function drawHeatMap({ database, facet, score }: Asked): Promise<string | null> {
  const cells = await listCells(database, facet, null);
  if (cells.length === 0) return null;
  const about = `In each cell the configuration that is best on dev: mean ± sd in percent over n seeds, as ${OF_SCORE[score]}.${stoppedNote(facet, cells)}`;
  return heatMap(cells.map((cell) => ({ ...cell, ...scoreOf(cell, score) })), words('Insertion layer by prompt length', facet, about)); // prettier-ignore
}

async function drawLayers({ database, facet, score }: Asked): Promise<string | null> {
  const [layers, methods] = await Promise.all([listLayers(database, facet), listMethods(database, facet)]);
  if (layers.length === 0) return null;
  const about = `For each generator the configuration best on dev at each layer, with one standard deviation over seeds; dashed, the other methods. Shown are ${OF_SCORE[score]}.${stoppedNote(facet, [...layers, ...methods])}`;
  const drawn = layers.map((row) => ({ ...row, ...scoreOf(row, score) }));
  const baselines = methods.map((row) => ({ method: row.method, ...scoreOf(row, score) }));
  return scoreAgainstLayer({ layers: drawn, baselines }, words('Score against insertion layer', facet, about));
}

const POINTS = 500;

async function drawSpeed({ database, facet, score }: Asked): Promise<string | null> {
  // The front is one of dev: it says nothing of test scores.
  if (score === 'test') return null;
  const points = await listPoints(database, facet, { limit: POINTS, timed: true });
  const timed = points.flatMap(({ msPerStep, ...point }) => (msPerStep === null ? [] : [{ ...point, msPerStep }]));
  if (timed.length === 0) return null;
  const about = `Mean dev score against the time of a training step; ringed and joined, what no faster configuration equals.${stoppedNote(facet, timed)}`;
  return speedAgainstScore(timed.map((point) => ({ ...point, score: point.devMean })), words('Speed against accuracy', facet, about)); // prettier-ignore
}

async function drawSeeds({ database, facet, score }: Asked): Promise<string | null> {
  const strips = await listSeedStrips(database, facet, score);
  if (strips.length === 0) return null;
  const about = `A dot is one seed, the stroke their mean; the best on dev first. Shown are ${OF_SCORE[score]}.${stoppedNote(facet, strips)}`;
  return seedStrip(strips, words('Scores of every seed', facet, about));
}

/** Single trials beside the bands. */
const CURVES = 60;

async function drawCurves({ database, facet, score }: Asked): Promise<string | null> {
  // Test is scored once: it has no curve.
  if (score === 'test') return null;
  const [curves, bands] = await Promise.all([listCurves(database, facet, CURVES), listCurveBands(database, facet)]);
  if (bands.length === 0) return null;
  const about = 'Dev score against step: the median of all trials of a method, their middle half, and single trials.';
  return learningCurves({ curves, bands }, words('Learning curves', facet, about));
}

function words(title: string, facet: Facet, description: string): Words {
  return { title: `${title}, ${facetName(facet)}`, description };
}
