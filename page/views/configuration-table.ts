// Configurations as a table: under several charts the same numbers.
import type { SettingWords } from '../../control/configuration-settings.ts';
import type { ConfigurationPoint } from '../../db/charts/configurations.ts';
import type { Markup } from '../html.ts';
import { table, type Column } from '../table.ts';
import { meanAndSd, percent, rounded, withThousands } from '../../sweep/numbers.ts';
import { settingsColumn } from './settings-column.ts';

const COLUMNS: readonly Column<ConfigurationPoint>[] = [
  { title: 'method', cell: ({ method }) => method, isHead: true },
  { title: 'layer', cell: ({ insertionLayers }) => insertionLayers, isNumber: true },
  { title: 'length', cell: ({ promptLength }) => promptLength, isNumber: true },
  { title: 'generator', cell: ({ generator }) => generator },
  { title: 'dev, %', cell: ({ devMean, devSd }) => meanAndSd(devMean, devSd), isNumber: true },
  { title: 'test, %', cell: ({ testMean, testSd }) => meanAndSd(testMean, testSd), isNumber: true },
  { title: 'n', cell: ({ n }) => n, isNumber: true },
  { title: 'bottleneck', cell: ({ bottleneck }) => bottleneck, isNumber: true },
  { title: 'learning rate', cell: ({ learningRate }) => learningRate, isNumber: true },
  { title: 'batch', cell: ({ batchSize }) => batchSize, isNumber: true },
  { title: 'ms a step', cell: ({ msPerStep }) => rounded(msPerStep), isNumber: true },
  { title: 'trained numbers', cell: ({ trainableParameters }) => withThousands(trainableParameters), isNumber: true },
];

/** Settings that have a column here, as `configurationSettings` takes them. */
export const IN_COLUMNS = ['bottleneck', 'learningRate', 'batchSize'] as const;

/** Means over trials measured alone. */
export const THROUGHPUT: readonly Column<ConfigurationPoint>[] = [
  { title: 'tokens/ms', cell: ({ tokensPerMs }) => rounded(tokensPerMs), isNumber: true },
  { title: 'forward, %', cell: ({ forwardShare }) => percent(forwardShare), isNumber: true },
  { title: 'backward, %', cell: ({ backwardShare }) => percent(backwardShare), isNumber: true },
  { title: 'evaluation, %', cell: ({ evaluationShare }) => percent(evaluationShare), isNumber: true },
  { title: 'waiting, %', cell: ({ waitingShare }) => percent(waitingShare), isNumber: true },
];

interface Words {
  caption: string;
  settings: SettingWords;
  more?: readonly Column<ConfigurationPoint>[];
}

export function configurationTable(
  rows: readonly ConfigurationPoint[],
  { caption, settings, more = [] }: Words,
): Markup {
  const columns = [...COLUMNS, ...settingsColumn(rows, settings), ...more];
  return table({ caption, rows, columns, whenEmpty: 'No trial is complete yet.' });
}
