// A sweep's results as tables to be written: the views that plain SQL reads, and methods by tasks.
import { listConfigurations, type ConfigurationMean } from '../db/configurations.ts';
import { countTrials } from '../db/cut-short.ts';
import { NothingToDoError } from '../db/errors.ts';
import { countStates, findSweep, type SweepRow } from '../db/sweeps.ts';
import { listViews, readView } from '../db/view-rows.ts';
import type { Score } from '../exports/score-table.ts';
import type { Table } from '../exports/table.ts';
import { regimeName } from '../sweep/regime.ts';
import { chosenOf } from './chosen.ts';
import type { Control } from './control.ts';
import { captionOf } from './table-caption.ts';
import { stateWords } from './target.ts';

type Asking = Pick<Control, 'database'>;

/** The words name no table. */
export class UnknownTableError extends Error {
  override name = 'UnknownTableError';
}

/** Rows of this sweep alone. @throws UnknownSweepError, UnknownTableError, or NothingToDoError where there is no row yet */
export async function viewTable({ database }: Asking, name: string, view: string): Promise<Table> {
  const sweep = await findSweep(database, name);
  const views = await listViews(database);
  if (!views.includes(view)) {
    throw new UnknownTableError(
      `Expected \`--table\` to be one of ${['methods', ...views].join(', ')}, found \`${view}\`.`,
    );
  }
  const table = await readView(database, { view, sweepId: sweep.id });
  if (table.rows.length === 0) throw await nothingComplete({ database }, sweep);
  return table;
}

export interface MethodScores {
  sweep: SweepRow;
  /** Methods in the order of the first task, best on dev first; for people. */
  scores: Score[];
  /** The same with the configuration that each score stands for; for programs. */
  table: Table;
  /** What the figures are, and which of them lack seeds, in a few sentences. */
  caption: string;
}

/**
 * Each method with its one configuration that is best on dev, fixed over its seeds. Test scores take no part in the choice.
 * @throws UnknownSweepError, or NothingToDoError where no trial is complete
 */
export async function methodScores(control: Asking, name: string): Promise<MethodScores> {
  const sweep = await findSweep(control.database, name);
  const configurations = await listConfigurations(control.database, sweep.id);
  if (configurations.length === 0) throw await nothingComplete(control, sweep);
  const chosen = chosenOf(configurations);
  const keys = chosen.map(({ configurationKey }) => configurationKey);
  const sizes = await countTrials(control.database, { sweepId: sweep.id, keys });
  const caption = captionOf(sweep, { chosen, taskName, sizes });
  return { sweep, scores: chosen.map(scoreOf), table: chosenTable(chosen), caption };

  function taskName({ task, regime, k, metric }: ConfigurationMean): string {
    const regimes = new Set(configurations.map((row) => regimeName(row)));
    const metrics = new Set(configurations.filter((row) => row.task === task).map((row) => row.metric));
    const details = [
      ...(regimes.size === 1 ? [] : [regimeName({ regime, k })]),
      ...(metrics.size === 1 ? [] : [metric]),
    ];
    return details.length === 0 ? task : `${task} (${details.join(', ')})`;
  }

  function scoreOf(row: ConfigurationMean): Score {
    return { method: row.method, task: taskName(row), mean: row.testMean, sd: row.testSd, n: row.n };
  }
}

const CHOSEN_COLUMNS = [
  { name: 'task', type: 'text', cell: (row) => row.task },
  { name: 'metric', type: 'text', cell: (row) => row.metric },
  { name: 'regime', type: 'text', cell: (row) => row.regime },
  { name: 'k', type: 'integer', cell: (row) => row.k },
  { name: 'method', type: 'text', cell: (row) => row.method },
  { name: 'insertion_layers', type: 'text', cell: (row) => row.insertionLayers },
  { name: 'prompt_length', type: 'integer', cell: (row) => row.promptLength },
  { name: 'generator', type: 'text', cell: (row) => row.generator },
  { name: 'learning_rate', type: 'number', cell: (row) => row.learningRate },
  { name: 'batch_size', type: 'integer', cell: (row) => row.batchSize },
  { name: 'n', type: 'integer', cell: (row) => row.n },
  { name: 'dev_mean', type: 'number', cell: (row) => row.devMean },
  { name: 'dev_sd', type: 'number', cell: (row) => row.devSd },
  { name: 'test_mean', type: 'number', cell: (row) => row.testMean },
  { name: 'test_sd', type: 'number', cell: (row) => row.testSd },
  { name: 'trainable_parameters', type: 'integer', cell: (row) => row.trainableParameters },
  { name: 'ms_per_step', type: 'number', cell: (row) => row.msPerStep },
  { name: 'tokens_per_ms', type: 'number', cell: (row) => row.tokensPerMs },
  { name: 'configuration_key', type: 'text', cell: (row) => row.configurationKey },
  { name: 'is_whole', type: 'boolean', cell: (row) => row.isWhole },
] as const satisfies {
  name: string;
  type: Table['columns'][number]['type'];
  cell: (row: ConfigurationMean) => string | number | boolean | null;
}[];

function chosenTable(chosen: readonly ConfigurationMean[]): Table {
  const columns = CHOSEN_COLUMNS.map(({ name, type }) => ({ name, type }));
  return { columns, rows: chosen.map((row) => CHOSEN_COLUMNS.map(({ cell }) => cell(row))) };
}

async function nothingComplete({ database }: Asking, sweep: SweepRow): Promise<NothingToDoError> {
  const counts = await countStates(database, sweep.id);
  return new NothingToDoError(
    `Expected sweep \`${sweep.name}\` to have complete trials to write of, found ${stateWords(counts) || 'none'}.`,
  );
}
