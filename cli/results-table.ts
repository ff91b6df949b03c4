// Every trial of a sweep as a table for people.
import type { NamedResult } from '../control/results.ts';
import { percent, rounded, withThousands } from '../sweep/numbers.ts';
import { regimeName } from '../sweep/regime.ts';
import { whereGiven, whereVarying } from '../sweep/needed-columns.ts';
import type { Column } from './print.ts';

export function resultColumns(rows: readonly NamedResult[]): Column<NamedResult>[] {
  return [
    { title: 'trial', cell: ({ position }) => position, isNumber: true },
    { title: 'task', cell: ({ task }) => task },
    { title: 'examples', cell: regimeName, isNumber: true },
    ...whereVarying(rows, { title: 'metric', cell: ({ metric }) => metric }),
    { title: 'method', cell: ({ method }) => method },
    { title: 'layer', cell: ({ insertionLayers }) => insertionLayers, isNumber: true },
    { title: 'length', cell: ({ promptLength }) => promptLength, isNumber: true },
    { title: 'generator', cell: ({ generator }) => generator },
    ...settingsColumn(rows),
    { title: 'data seed', cell: ({ dataSeed }) => dataSeed, isNumber: true },
    { title: 'train seed', cell: ({ trainSeed }) => trainSeed, isNumber: true },
    { title: 'state', cell: ({ state }) => state },
    // Most sweeps have no stopping rule, and most tasks one test set.
    ...whereGiven(rows, { title: 'stopped at', cell: ({ stoppedAtStep }) => stoppedAtStep, isNumber: true }),
    { title: 'dev', cell: ({ devScore }) => percent(devScore), isNumber: true },
    { title: 'test', cell: ({ testScore }) => percent(testScore), isNumber: true },
    ...whereGiven(rows, {
      title: 'mismatched',
      cell: ({ mismatchedScore }) => percent(mismatchedScore),
      isNumber: true,
    }),
    { title: 'steps', cell: ({ steps }) => steps, isNumber: true },
    { title: 'parameters', cell: ({ trainableParameters }) => withThousands(trainableParameters), isNumber: true },
    { title: 'ms/step', cell: ({ msPerStep }) => rounded(msPerStep), isNumber: true },
    { title: 'tokens/ms', cell: (row) => rounded(row.tokensPerMs), isNumber: true },
    { title: 'measured', cell: ({ measuredJointly }) => measuredWords(measuredJointly) },
    { title: 'kept', cell: ({ cacheHitRate }) => percent(cacheHitRate), isNumber: true },
    { title: 'MiB', cell: ({ peakMemoryMiB }) => rounded(peakMemoryMiB), isNumber: true },
    { title: 'time waiting', cell: ({ waitingShare }) => percent(waitingShare), isNumber: true },
    { title: 'attempts', cell: ({ attempts }) => attempts, isNumber: true },
  ];
}

/** Where something without a column of its own varies in the sweep, also where these rows have all the same of it. */
export function settingsColumn<Row extends { settings: string | null }>(rows: readonly Row[]): Column<Row>[] {
  return whereGiven(rows, { title: 'settings', cell: ({ settings }) => settings });
}

function measuredWords(jointly: boolean | null): string | null {
  if (jointly === null) return null;
  return jointly ? 'jointly' : 'alone';
}
