// Where the prompt goes in and how long it is: the heat map, and the score against the layer for each generator.
import { listGenerators, type MethodMean, type Place } from '../../db/charts/layers.ts';
import { listPublished, type PublishedRow } from '../../db/published.ts';
import type { SweepRow } from '../../db/sweeps.ts';
import { figure } from '../figure.ts';
import { heatMapFigure } from '../figures/heat-map.ts';
import { layerFigure } from '../figures/score-by-layer.ts';
import { html, type Markup } from '../html.ts';
import type { Page } from '../layout.ts';
import { scoreOf, type BothScores, type ScoreName } from '../score.ts';
import { table, type Column } from '../table.ts';
import type { Visit } from '../visit.ts';
import { choiceForm, facetChoice, readChoice, scoreChoice } from './choices.ts';
import { framed } from './frame.ts';
import { meanAndSd } from '../../sweep/numbers.ts';
import { regimeWords } from '../../sweep/regime.ts';

const ALL = 'all';
const EMPTY = 'No LPT trial of this task is complete yet.';

export async function layersView(visit: Visit, sweep: SweepRow): Promise<Page> {
  const { database, parameters } = visit;
  const chosen = await readChoice(visit, sweep.id);
  const { facet, score } = chosen;
  if (facet === null) return framed(visit, sweep, { tab: 'layers', content: html`<p class="empty">${EMPTY}</p>` });
  const generators = await listGenerators(database, facet);
  const generator = generators.find((name) => name === parameters.get('generator')) ?? null;
  const [heat, layers, published] = await Promise.all([
    heatMapFigure({ database, facet, score }, generator),
    layerFigure({ database, facet, score }),
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
    heatSection(heat, score),
    layerSection(layers, score),
    publishedSection(published.filter(({ task }) => task === facet.task)),
  ];
  return framed(visit, sweep, { tab: 'layers', content });
}

type HeatMap = Awaited<ReturnType<typeof heatMapFigure>>;

function heatSection({ cells, ...chart }: HeatMap, score: ScoreName): Markup {
  return figure({
    ...chart,
    whenEmpty: EMPTY,
    table: table({ caption: chart.words.title, rows: cells, columns: placeColumns(score), whenEmpty: EMPTY }),
  });
}

type Layers = Awaited<ReturnType<typeof layerFigure>>;

function layerSection({ layers, methods, ...chart }: Layers, score: ScoreName): Markup {
  const columns: Column<Place | MethodMean>[] = [
    { title: 'method', cell: (row) => ('method' in row ? row.method : `lpt, ${row.generator}`), isHead: true },
    { title: 'layer', cell: (row) => ('method' in row ? null : row.insertionLayers), isNumber: true },
    { title: 'length', cell: (row) => ('method' in row ? null : row.promptLength), isNumber: true },
    ...scoreColumns(score),
  ];
  const rows = [...layers, ...methods];
  return figure({
    ...chart,
    whenEmpty: EMPTY,
    table: table({ caption: chart.words.title, rows, columns, whenEmpty: EMPTY }),
  });
}

function publishedSection(figures: readonly PublishedRow[]): Markup | null {
  if (figures.length === 0) return null;
  const shown = table({
    caption: 'From papers: other backbones or data sizes may apply, so none of them enters a chart or a mean',
    rows: figures,
    columns: [
      { title: 'method', cell: ({ baselineMethod }) => baselineMethod, isHead: true },
      { title: 'backbone', cell: ({ baselineBackbone }) => baselineBackbone },
      { title: 'regime', cell: regimeWords },
      { title: 'metric', cell: ({ metric }) => metric },
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
