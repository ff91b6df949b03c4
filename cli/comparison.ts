// A comparison of fixed configurations as tables for people, and as flat rows for programs.
import type { Comparison, ComparedConfiguration } from '../control/compare.ts';
import type { Format } from './command.ts';
import { print, type Cell, type Column } from './print.ts';
import { publishedRecord, publishedTable } from './published.ts';
import { meanAndSd, rounded, withThousands } from '../sweep/numbers.ts';
import { whereVarying } from '../sweep/needed-columns.ts';

const NO_TRIAL = 'No trial is complete yet.';

export function printComparison(format: Format, comparison: Comparison): string {
  if (format !== 'table') {
    const records = [...comparison.configurations.map(measured), ...comparison.published.map(publishedRecord)];
    return print(format, { rows: records, columns: [], record: (row) => row, fields: FIELDS, whenEmpty: '' });
  }
  const isLpt = ({ method }: ComparedConfiguration): boolean => method === 'lpt';
  const lpt = comparison.configurations.filter(isLpt);
  const baselines = comparison.configurations.filter((row) => !isLpt(row));
  return [
    `LPT configurations, each fixed over its seeds, best on dev first (scores in percent, mean ± sd over n seeds):\n`,
    print('table', { rows: lpt, columns: configurationColumns(lpt), whenEmpty: NO_TRIAL }),
    ...(baselines.length === 0 ? [] : ['\nBaselines of this sweep:\n']),
    ...(baselines.length === 0
      ? []
      : [print('table', { rows: baselines, columns: baselineColumns(baselines), whenEmpty: '' })]),
    publishedTable(comparison.published),
  ].join('');
}

const FIELDS = [
  ...['kind', 'average', 'task', 'metric', 'regime', 'k', 'method', 'backbone', 'insertionLayer', 'insertionLayers'],
  ...['promptLength', 'generator', 'bottleneck', 'learningRate', 'batchSize', 'settings', 'n', 'devMean', 'devSd'],
  ...['testMean', 'testSd', 'msPerStep', 'trainableParameters', 'configurationKey', 'isWhole', 'source'],
];

type Columns = Column<ComparedConfiguration>[];

const SCORES: Columns = [
  { title: 'n', cell: ({ n }) => n, isNumber: true },
  { title: 'dev', cell: ({ devMean, devSd }) => meanAndSd(devMean, devSd), isNumber: true },
  { title: 'test', cell: ({ testMean, testSd }) => meanAndSd(testMean, testSd), isNumber: true },
  { title: 'ms/step', cell: ({ msPerStep }) => rounded(msPerStep), isNumber: true },
  { title: 'parameters', cell: ({ trainableParameters }) => withThousands(trainableParameters), isNumber: true },
];

function groundColumns(rows: ComparedConfiguration[]): Columns {
  return [
    { title: 'task', cell: ({ task }) => task },
    ...whereVarying(rows, { title: 'k', cell: ({ k }) => k, isNumber: true }),
    ...whereVarying(rows, { title: 'metric', cell: ({ metric }) => metric }),
  ];
}

function settingsColumn(rows: ComparedConfiguration[]): Columns {
  return whereVarying(rows, { title: 'settings', cell: ({ settings }) => settings });
}

function configurationColumns(rows: ComparedConfiguration[]): Columns {
  return [
    ...groundColumns(rows),
    { title: 'layer', cell: ({ insertionLayers }) => insertionLayers, isNumber: true },
    { title: 'length', cell: ({ promptLength }) => promptLength, isNumber: true },
    { title: 'generator', cell: ({ generator }) => generator },
    ...settingsColumn(rows),
    ...SCORES,
  ];
}

function baselineColumns(rows: ComparedConfiguration[]): Columns {
  return [
    ...groundColumns(rows),
    { title: 'method', cell: ({ method }) => method },
    { title: 'length', cell: ({ promptLength }) => promptLength, isNumber: true },
    ...settingsColumn(rows),
    ...SCORES,
  ];
}

function measured(row: ComparedConfiguration): Record<string, Cell> {
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
    isWhole,
  };
}
