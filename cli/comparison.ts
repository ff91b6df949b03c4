// A comparison of fixed configurations as tables for people, and as flat rows for programs.
import type { Comparison, SettledConfiguration } from '../control/compare.ts';
import type { PublishedRow } from '../db/published.ts';
import type { Format } from './command.ts';
import { print, type Cell, type Column } from './print.ts';
import { grouped, meanAndSd, rounded } from '../sweep/numbers.ts';
import { regimeWords } from '../sweep/regime.ts';
import { whereVarying } from '../sweep/where-varying.ts';

const NO_TRIAL = 'No trial is complete yet.';

export function printComparison(format: Format, comparison: Comparison): string {
  if (format !== 'table') {
    const records = [...comparison.configurations.map(measured), ...comparison.published.map(published)];
    return print(format, { rows: records, columns: [], record: (row) => row, fields: FIELDS, whenEmpty: '' });
  }
  const isLpt = ({ method }: SettledConfiguration): boolean => method === 'lpt';
  const lpt = comparison.configurations.filter(isLpt);
  const baselines = comparison.configurations.filter((row) => !isLpt(row));
  const figures = comparison.published;
  return [
    `LPT configurations, each fixed over its seeds, best on dev first (scores in percent, mean ± sd over n seeds):\n`,
    print('table', { rows: lpt, columns: configurationColumns(lpt), whenEmpty: NO_TRIAL }),
    ...(baselines.length === 0 ? [] : ['\nBaselines of this sweep:\n']),
    ...(baselines.length === 0
      ? []
      : [print('table', { rows: baselines, columns: baselineColumns(baselines), whenEmpty: '' })]),
    ...(figures.length === 0 ? [] : ['\nPublished figures (other backbones or data sizes may apply):\n']),
    ...(figures.length === 0 ? [] : [print('table', { rows: figures, columns: FIGURE_COLUMNS, whenEmpty: '' })]),
  ].join('');
}

const FIELDS = [
  ...['kind', 'average', 'task', 'metric', 'regime', 'k', 'method', 'backbone', 'insertionLayer', 'insertionLayers'],
  ...['promptLength', 'generator', 'bottleneck', 'learningRate', 'batchSize', 'settings', 'n', 'devMean', 'devSd'],
  ...['testMean', 'testSd', 'msPerStep', 'trainableParameters', 'configurationKey', 'isWhole', 'source'],
];

type Columns = Column<SettledConfiguration>[];

const SCORES: Columns = [
  { title: 'n', cell: ({ n }) => n, isNumber: true },
  { title: 'dev', cell: ({ devMean, devSd }) => meanAndSd(devMean, devSd), isNumber: true },
  { title: 'test', cell: ({ testMean, testSd }) => meanAndSd(testMean, testSd), isNumber: true },
  { title: 'ms/step', cell: ({ msPerStep }) => rounded(msPerStep), isNumber: true },
  { title: 'parameters', cell: ({ trainableParameters }) => grouped(trainableParameters), isNumber: true },
];

function groundColumns(rows: SettledConfiguration[]): Columns {
  return [
    { title: 'task', cell: ({ task }) => task },
    ...whereVarying(rows, { title: 'k', cell: ({ k }) => k, isNumber: true }),
    ...whereVarying(rows, { title: 'metric', cell: ({ metric }) => metric }),
  ];
}

function settingsColumn(rows: SettledConfiguration[]): Columns {
  return whereVarying(rows, { title: 'settings', cell: ({ settings }) => settings });
}

function configurationColumns(rows: SettledConfiguration[]): Columns {
  return [
    ...groundColumns(rows),
    { title: 'layer', cell: ({ insertionLayers }) => insertionLayers, isNumber: true },
    { title: 'length', cell: ({ promptLength }) => promptLength, isNumber: true },
    { title: 'generator', cell: ({ generator }) => generator },
    ...settingsColumn(rows),
    ...SCORES,
  ];
}

function baselineColumns(rows: SettledConfiguration[]): Columns {
  return [
    ...groundColumns(rows),
    { title: 'method', cell: ({ method }) => method },
    { title: 'length', cell: ({ promptLength }) => promptLength, isNumber: true },
    ...settingsColumn(rows),
    ...SCORES,
  ];
}

export const FIGURE_COLUMNS: Column<PublishedRow>[] = [
  { title: 'task', cell: ({ task }) => task },
  { title: 'method', cell: ({ baselineMethod }) => baselineMethod },
  { title: 'backbone', cell: ({ baselineBackbone }) => baselineBackbone },
  { title: 'regime', cell: regimeWords },
  { title: 'metric', cell: ({ metric }) => metric },
  { title: 'test', cell: (row) => meanAndSd(row.baselineTestMean, row.baselineTestSd), isNumber: true },
  { title: 'source', cell: ({ source }) => source },
];

function measured(row: SettledConfiguration): Record<string, Cell> {
  const { task, metric, regime, k, method, backbone } = row;
  const { insertionLayer, insertionLayers, promptLength, generator, bottleneck, learningRate, batchSize, settings } =
    row;
  const { n, devMean, devSd, testMean, testSd, msPerStep, trainableParameters, configurationKey, isWhole } = row;
  return {
    kind: 'measured',
    average: 'fixed',
    ...{ task, metric, regime, k, method, backbone },
    ...{ insertionLayer, insertionLayers, promptLength, generator, bottleneck, learningRate, batchSize, settings },
    ...{ n, devMean, devSd, testMean, testSd, msPerStep, trainableParameters, configurationKey },
    ...{ isWhole, source: null },
  };
}

function published(row: PublishedRow): Record<string, Cell> {
  const nothing = {
    insertionLayer: null,
    insertionLayers: null,
    promptLength: null,
    generator: null,
    bottleneck: null,
    learningRate: null,
    batchSize: null,
    settings: null,
  };
  return {
    kind: 'published',
    average: null,
    ...{ task: row.task, metric: row.metric, regime: row.regime, k: row.k },
    ...{ method: row.baselineMethod, backbone: row.baselineBackbone, ...nothing },
    ...{ n: row.baselineN, devMean: null, devSd: null, testMean: row.baselineTestMean, testSd: row.baselineTestSd },
    ...{ msPerStep: null, trainableParameters: null, configurationKey: null, isWhole: null, source: row.source },
  };
}
