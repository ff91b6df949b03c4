// What each setting does, side by side: parallel coordinates over the configurations best on dev.
import { configurationSettings } from '../../control/configuration-settings.ts';
import { listPoints, type ConfigurationPoint } from '../../db/charts/configurations.ts';
import type { SweepRow } from '../../db/sweeps.ts';
import { parallelCoordinates, type Line } from '../charts/parallel-coordinates.ts';
import { figure } from '../figure.ts';
import { html } from '../html.ts';
import type { Page } from '../layout.ts';
import { partialNote } from '../figures/cautions.ts';
import { shownSettings } from '../own-settings.ts';
import type { Visit } from '../visit.ts';
import { choiceForm, facetChoice, readChoice } from './choices.ts';
import { configurationTable, IN_COLUMNS } from './configuration-table.ts';
import { framed } from './frame.ts';
import type { Setting } from '../../sweep/settings.ts';
import { counted } from '../../sweep/counted.ts';

const SHOWN = 200;
const IN_TABLE = 50;
const EMPTY = 'No trial of this task is complete yet.';

export async function settingsView(visit: Visit, sweep: SweepRow): Promise<Page> {
  const chosen = await readChoice(visit, sweep.id);
  const { facet } = chosen;
  if (facet === null) return framed(visit, sweep, { tab: 'settings', content: html`<p class="empty">${EMPTY}</p>` });
  const [points, settings] = await Promise.all([
    listPoints(visit.database, facet, { limit: SHOWN }),
    configurationSettings(visit, sweep.id, IN_COLUMNS),
  ]);
  const caption = `The ${Math.min(IN_TABLE, points.length)} best on dev`;
  const configurationKeys = points.map(({ configurationKey }) => configurationKey);
  const others = await shownSettings(visit.database, { sweepId: sweep.id, configurationKeys, inAxes: IN_AXES });
  const lines = points.map((point) => lineOf(point, others.get(point.configurationKey) ?? []));
  const words = {
    title: 'Settings and scores',
    description: `Each line is a configuration through its settings to its mean dev score, darker where it is better: the ${counted(points.length, 'configuration')} best on dev. A setting with one value has no axis.${partialNote(facet, points)}`,
  };
  const shown = figure({
    words,
    draw: points.length === 0 ? null : (width) => parallelCoordinates(lines, words, width),
    whenEmpty: EMPTY,
    table: configurationTable(points.slice(0, IN_TABLE), { caption, settings }),
  });
  return framed(visit, sweep, { tab: 'settings', content: [choiceForm([facetChoice(chosen)]), shown] });
}

/** By their names in the sweep file, what `lineOf` has of every configuration. */
const IN_AXES = ['insertionLayer', 'promptLength', 'generator', 'bottleneck', 'learningRate', 'batchSize'];

function lineOf(point: ConfigurationPoint, others: readonly Setting[]): Line {
  const { method, insertionLayers, promptLength, generator, bottleneck, learningRate, batchSize, devMean } = point;
  return {
    values: {
      method,
      layer: insertionLayers,
      length: promptLength,
      generator,
      bottleneck,
      'learning rate': learningRate,
      batch: batchSize,
      ...Object.fromEntries(others.map(({ name, value }) => [name, numberIn(value)])),
    },
    score: devMean,
  };
}

/** An axis has numbers in their order. */
function numberIn(value: string): string | number {
  return value === '' || Number.isNaN(Number(value)) ? value : Number(value);
}
