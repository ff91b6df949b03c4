// A person's choice of trials as a condition on their rows.
import { and, count, desc, eq, inArray, ne, or, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { type Condition, isTrainingField, partsOf, type SelectedValue, type Selection } from '../sweep/selection.ts';
import type { TrialState } from '../sweep/states.ts';
import type { Trial } from '../sweep/trial.ts';
import { type Database, ask } from './client.ts';
import { trials } from './schema.ts';
import { type StateCounts, tally } from './sweeps.ts';

/** Trials of one sweep: all, those that fulfil a selection, or those with these ids. */
export interface Choice {
  sweepId: string;
  where?: Selection | undefined;
  ids?: string[] | undefined;
}

const COLUMNS: Record<string, PgColumn> = {
  task: trials.task,
  method: trials.method,
  regime: trials.regime,
  state: trials.state,
  k: trials.k,
  dataSeed: trials.dataSeed,
  trainSeed: trials.trainSeed,
  insertionLayer: trials.insertionLayer,
  promptLength: trials.promptLength,
  generator: trials.generator,
};

export function chosenBy({ sweepId, where = [], ids }: Choice): SQL | undefined {
  return and(
    eq(trials.sweepId, sweepId),
    ids === undefined ? undefined : inArray(trials.id, ids),
    ...where.map(fulfils),
  );
}

function fulfils({ field, values }: Condition): SQL | undefined {
  return or(...values.map((value) => has(field, value)));
}

/** A setting that is a list, of layers for example, has each of its values; `6+9` means a list of these and no others. */
function has(field: string, value: SelectedValue): SQL | undefined {
  const parts = partsOf(field, value);
  if (parts !== null) {
    const list = sql`${JSON.stringify(parts)}::jsonb`;
    return sql`(${asJson(field)} @> ${list} and ${asJson(field)} <@ ${list})`;
  }
  const column = COLUMNS[field];
  const asColumn = column === undefined ? undefined : sql`${column}::text = ${String(value)}`;
  if (column !== undefined && field !== 'insertionLayer') return asColumn;
  const asSetting = sql`${asJson(field)} @> ${JSON.stringify(value)}::jsonb`;
  return or(asColumn, and(mayHave(field), asSetting));
}

function asJson(field: string): SQL {
  const part = isTrainingField(field) ? 'training' : 'method';
  return sql`${trials.trial} -> ${sql.raw(`'${part}'`)} -> ${field}::text`;
}

/** A method that trains nothing has no settings of training, whatever its row says. */
function mayHave(field: string): SQL | undefined {
  return isTrainingField(field) ? ne(trials.method, 'zero-shot') : undefined;
}

export async function countChosen(database: Database, choice: Choice): Promise<StateCounts> {
  const counted = await ask(database, () =>
    database
      .select({ state: trials.state, trials: count() })
      .from(trials)
      .where(chosenBy(choice))
      .groupBy(trials.state),
  );
  return tally(counted);
}

/** Of the chosen trials in these states the one that needs most memory; none where there is none. */
export async function listLargest(
  database: Database,
  { states, ...choice }: Choice & { states: readonly TrialState[] },
): Promise<{ trial: Trial; memoryMiB: number }[]> {
  return ask(database, () =>
    database
      .select({ trial: trials.trial, memoryMiB: trials.memoryMib })
      .from(trials)
      .where(and(chosenBy(choice), inArray(trials.state, [...states])))
      .orderBy(desc(trials.memoryMib))
      .limit(1),
  );
}

const SHOWN = 20;

/** The values of a field among a sweep's trials, as a selection takes them, for a person who asked for another one. */
export async function listValues(
  database: Database,
  { sweepId, field }: { sweepId: string; field: string },
): Promise<string[]> {
  const column = field === 'insertionLayer' ? trials.insertionLayers : COLUMNS[field];
  const value = sql<string | null>`(${column ?? settingOf(field)})::text`;
  const rows = await ask(database, () =>
    database
      .selectDistinct({ value })
      .from(trials)
      .where(and(eq(trials.sweepId, sweepId), mayHave(field)))
      .limit(SHOWN),
  );
  return rows
    .flatMap(({ value: found }) => (found === null ? [] : [asSelected(field, found)]))
    .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
}

function settingOf(field: string): SQL {
  return sql`${trials.trial} #>> ${sql.raw(isTrainingField(field) ? `array['training'` : `array['method'`)}, ${field}::text]`;
}

/** A list of a setting is joined as results print it. */
function asSelected(field: string, found: string): string {
  const isList = COLUMNS[field] === undefined && found.startsWith('[');
  return isList ? (JSON.parse(found) as unknown[]).join('+') : found;
}
