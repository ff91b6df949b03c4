// Where the prompt goes in and how long it is: the heat map, and the score against the layer for each generator.
import {
  listCells,
  listGenerators,
  listLayers,
  listMethods,
  type MethodMean,
  type Place,
} from '../../db/charts/layers.ts';
import type { Facet } from '../../db/charts/facets.ts';
import { listPublished, type ComparisonRow } from '../../db/results.ts';
import type { SweepRow } from '../../db/sweeps.ts';
import { heatMap } from '../charts/heat-map.ts';
import { scoreAgainstLayer } from '../charts/score-against-layer.ts';
import { figure } from '../figure.ts';
import { html, type Markup } from '../html.ts';
import type { Page } from '../layout.ts';
import { stoppedNote } from '../stopped-note.ts';
import { table, type Column } from '../table.ts';
import type { Visit } from '../visit.ts';
import {
  choiceForm,
  facetChoice,
  OF_SCORE,
  readChoice,
  scoreChoice,
  scoreOf,
  type BothScores,
  type ScoreName,
} from './choices.ts';
import { framed } from './frame.ts';
import { meanAndSd } from '../../sweep/numbers.ts';

const ALL = 'all';
const EMPTY = 'No LPT trial of this task is complete yet.';

export async function layersView(visit: Visit, sweep: SweepRow): Promise<Page> {
  const { database, parameters } = visit;
  const chosen = await readChoice(visit, sweep.id);
  const { facet, score } = chosen;
  if (facet === null) return framed(visit, sweep, { tab: 'layers', content: html`<p class="empty">${EMPTY}</p>` });
  const generators = await listGenerators(database, facet);
  const generator = generators.find((name) => name === parameters.get('generator')) ?? null;
  const [cells, layers, methods, published] = await Promise.all([
    listCells(database, facet, generator),
    listLayers(database, facet),
    listMethods(database, facet),
    listPublished(database, sweep.id),
  ]);
  const choice = {
    name: 'generator',
    label: 'generator of the heat map',
    values: [ALL, ...generators],
    chosen: generator ?? ALL,
  };
  const content = [
    choiceForm([facetChoice(chosen), scoreChoice(chosen), choice]),
    heatFigure(cells, facet, score),
    layerFigure({ layers, methods, facet, score }),
    publishedSection(published.filter(({ task }) => task === facet.task)),
  ];
  return framed(visit, sweep, { tab: 'layers', content });
}

function heatFigure(cells: readonly Place[], facet: Facet, score: ScoreName): Markup {
  const words = {
    title: 'Insertion layer by prompt length',
    description: `In each cell the configuration that is best on dev: mean ± sd in percent over n seeds, as ${OF_SCORE[score]}.${oneSeed(cells)}${stoppedNote(facet, cells)}`,
  };
  const drawn = cells.map((cell) => ({ ...cell, ...scoreOf(cell, score) }));
  return figure({
    words,
    draw: drawn.length === 0 ? null : (width) => heatMap(drawn, words, width),
    whenEmpty: EMPTY,
    table: table({
      caption: words.title,
      rows: cells,
      columns: placeColumns(score),
      whenEmpty: EMPTY,
    }),
  });
}

interface Layers {
  layers: readonly Place[];
  methods: readonly MethodMean[];
  facet: Facet;
  score: ScoreName;
}

function layerFigure({ layers, methods, facet, score }: Layers): Markup {
  const words = {
    title: 'Score against insertion layer',
    description: `For each generator the configuration best on dev at each layer, with a band of one standard deviation over seeds; dashed, the other methods of this sweep at their best on dev. Shown are ${OF_SCORE[score]}.${oneSeed(layers)}${stoppedNote(facet, [...layers, ...methods])}`,
  };
  const scores = {
    layers: layers.map((row) => ({ ...row, ...scoreOf(row, score) })),
    baselines: methods.map((row) => ({ method: row.method, ...scoreOf(row, score) })),
  };
  const columns: Column<Place | MethodMean>[] = [
    { title: 'method', cell: (row) => ('method' in row ? row.method : `lpt, ${row.generator}`), isHead: true },
    { title: 'layer', cell: (row) => ('method' in row ? null : row.insertionLayers), isNumber: true },
    { title: 'length', cell: (row) => ('method' in row ? null : row.promptLength), isNumber: true },
    ...scoreColumns(score),
  ];
  return figure({
    words,
    draw: layers.length === 0 ? null : (width) => scoreAgainstLayer(scores, words, width),
    whenEmpty: EMPTY,
    table: table({ caption: words.title, rows: [...layers, ...methods], columns, whenEmpty: EMPTY }),
  });
}

function publishedSection(figures: readonly ComparisonRow[]): Markup | null {
  if (figures.length === 0) return null;
  const shown = table({
    caption: 'From papers: other backbones or data sizes may apply, so none of them enters a chart or a mean',
    rows: figures,
    columns: [
      { title: 'method', cell: ({ baselineMethod }) => baselineMethod, isHead: true },
      { title: 'backbone', cell: ({ baselineBackbone }) => baselineBackbone },
      { title: 'regime', cell: ({ regime }) => regime },
      { title: 'test', cell: (row) => meanAndSd(row.baselineTestMean, row.baselineTestSd), isNumber: true },
      { title: 'source', cell: ({ source }) => source },
    ],
    whenEmpty: 'None.',
  });
  return html`<section id="published" data-live>
    <h2>Published figures</h2>
    ${shown}
  </section>`;
}

type Scored = BothScores & Pick<Place, 'n'>;

function scoreColumns(score: ScoreName): Column<Scored>[] {
  const shown = (row: Scored): string => {
    const { score: mean, sd } = scoreOf(row, score);
    return meanAndSd(mean, sd);
  };
  return [
    { title: `${score}, %`, cell: shown, isNumber: true },
    { title: 'n', cell: ({ n }) => n, isNumber: true },
  ];
}

function placeColumns(score: ScoreName): Column<Place>[] {
  return [
    { title: 'layer', cell: ({ insertionLayers }) => insertionLayers, isNumber: true, isHead: true },
    { title: 'length', cell: ({ promptLength }) => promptLength, isNumber: true },
    { title: 'generator', cell: ({ generator }) => generator },
    ...scoreColumns(score),
    { title: 'best of', cell: ({ configurations }) => configurations, isNumber: true },
  ];
}

export function oneSeed(rows: readonly { n: number }[]): string {
  return rows.length > 0 && rows.every(({ n }) => n === 1) ? ' One seed only, so there is no standard deviation.' : '';
}
