// A comparison of what is best on dev on each seed: labelled as such in every format.
import type { PerSeedComparison, NamedChoice } from '../control/compare-per-seed.ts';
import type { PerSeedMean } from '../db/best-per-seed.ts';
import type { Format } from './command.ts';
import { print, type Cell, type Column } from './print.ts';
import { publishedRecord, publishedTable } from './published.ts';
import { settingsColumn } from './results-table.ts';
import { meanAndSd, percent, withThousands } from '../sweep/numbers.ts';
import { whereVarying } from '../sweep/needed-columns.ts';

const HEADING = `Best on dev per seed: on each seed the configuration of a method that does best on dev, whichever it is, and its test
score (percent, mean ± sd over n seeds). Not to be mixed with \`--average fixed\`, where one configuration keeps all seeds.
`;

export function printPerSeed(format: Format, { means, chosen, published: figures }: PerSeedComparison): string {
  if (format !== 'table') {
    const records = [...means.map(measured), ...chosen.map(chosenRecord), ...figures.map(publishedRecord)];
    return print(format, { rows: records, columns: [], record: (row) => row, fields: FIELDS, whenEmpty: '' });
  }
  return [
    HEADING,
    print('table', { rows: means, columns: meanColumns(means), whenEmpty: 'No trial is complete yet.' }),
    '\nChosen on each seed:\n',
    print('table', { rows: chosen, columns: chosenColumns(chosen), whenEmpty: 'Nothing yet.' }),
    publishedTable(figures),
  ].join('');
}

const FIELDS = [
  ...['kind', 'average', 'task', 'metric', 'regime', 'k', 'method', 'backbone', 'n', 'devMean', 'devSd'],
  ...['testMean', 'testSd', 'configurations', 'leastCandidates', 'mostCandidates', 'source'],
  ...['trial', 'dataSeed', 'trainSeed', 'insertionLayer', 'insertionLayers', 'promptLength', 'generator', 'bottleneck'],
  ...['learningRate', 'batchSize', 'settings', 'devScore', 'testScore', 'trainableParameters', 'configurationKey'],
];

function meanColumns(rows: readonly PerSeedMean[]): Column<PerSeedMean>[] {
  return [
    { title: 'task', cell: ({ task }) => task },
    { title: 'k', cell: ({ k }) => k, isNumber: true },
    ...whereVarying(rows, { title: 'metric', cell: ({ metric }) => metric }),
    { title: 'method', cell: ({ method }) => method },
    { title: 'n', cell: ({ n }) => n, isNumber: true },
    { title: 'dev', cell: ({ devMean, devSd }) => meanAndSd(devMean, devSd), isNumber: true },
    { title: 'test', cell: ({ testMean, testSd }) => meanAndSd(testMean, testSd), isNumber: true },
    { title: 'chosen among', cell: candidatesOf },
    { title: 'different ones', cell: ({ configurations }) => configurations, isNumber: true },
  ];
}

function chosenColumns(rows: readonly NamedChoice[]): Column<NamedChoice>[] {
  return [
    { title: 'trial', cell: ({ position }) => position, isNumber: true },
    { title: 'task', cell: ({ task }) => task },
    { title: 'k', cell: ({ k }) => k, isNumber: true },
    ...whereVarying(rows, { title: 'metric', cell: ({ metric }) => metric }),
    { title: 'method', cell: ({ method }) => method },
    { title: 'data seed', cell: ({ dataSeed }) => dataSeed, isNumber: true },
    { title: 'train seed', cell: ({ trainSeed }) => trainSeed, isNumber: true },
    { title: 'layer', cell: ({ insertionLayers }) => insertionLayers, isNumber: true },
    { title: 'length', cell: ({ promptLength }) => promptLength, isNumber: true },
    { title: 'generator', cell: ({ generator }) => generator },
    ...settingsColumn(rows),
    { title: 'lr', cell: ({ learningRate }) => learningRate, isNumber: true },
    { title: 'batch', cell: ({ batchSize }) => batchSize, isNumber: true },
    { title: 'dev', cell: ({ devScore }) => percent(devScore), isNumber: true },
    { title: 'test', cell: ({ testScore }) => percent(testScore), isNumber: true },
    { title: 'parameters', cell: ({ trainableParameters }) => withThousands(trainableParameters), isNumber: true },
  ];
}

/** Unequal numbers tell that some seed is not complete yet. */
function candidatesOf({ leastCandidates, mostCandidates }: PerSeedMean): string {
  return leastCandidates === mostCandidates ? String(mostCandidates) : `${leastCandidates} to ${mostCandidates}`;
}

function measured(row: PerSeedMean): Record<string, Cell> {
  const { task, metric, regime, k, method, backbone, n, devMean, devSd, testMean, testSd } = row;
  const { configurations, leastCandidates, mostCandidates } = row;
  return {
    kind: 'measured',
    average: 'per-seed',
    ...{ task, metric, regime, k, method, backbone, n, devMean, devSd, testMean, testSd },
    ...{ configurations, leastCandidates, mostCandidates },
  };
}

function chosenRecord(row: NamedChoice): Record<string, Cell> {
  const { task, metric, regime, k, method, backbone, trial, dataSeed, trainSeed, configurationKey } = row;
  const { insertionLayer, insertionLayers, promptLength, generator, bottleneck, learningRate, batchSize, settings } =
    row;
  const { devScore, testScore, trainableParameters } = row;
  return {
    kind: 'chosen',
    average: 'per-seed',
    ...{ task, metric, regime, k, method, backbone, trial, dataSeed, trainSeed, configurationKey },
    ...{ insertionLayer, insertionLayers, promptLength, generator, bottleneck, learningRate, batchSize, settings },
    ...{ devScore, testScore, trainableParameters },
  };
}
