// Published figures as the file has them that they were imported from.
import type { BaselineRow } from '../db/baselines.ts';
import { meanAndSd, withThousands } from '../sweep/numbers.ts';
import { regimeWords } from '../sweep/regime.ts';
import type { Column } from './print.ts';

export const BASELINE_COLUMNS: readonly Column<BaselineRow>[] = [
  { title: 'task', cell: ({ task }) => task },
  { title: 'method', cell: ({ method }) => method },
  { title: 'backbone', cell: ({ backbone }) => backbone },
  { title: 'regime', cell: regimeWords },
  { title: 'metric', cell: ({ metric }) => metric },
  { title: 'score', cell: ({ score, sd }) => meanAndSd(score, sd), isNumber: true },
  { title: 'parameters', cell: ({ parameters }) => withThousands(parameters), isNumber: true },
  { title: 'source', cell: ({ source }) => source },
];
