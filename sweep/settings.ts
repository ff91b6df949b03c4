// Pure: a trial's settings as text, and words for those that tell it from the others of its sweep.
import { isTrained } from './methods/index.ts';
import type { Trial } from './trial.ts';

export type TrialSettings = Pick<Trial, 'method' | 'training'>;

export interface Setting {
  name: string;
  /** Several layers or matrices at once are joined by a plus. */
  value: string;
  /** Those that it is held against: two methods have different bottlenecks, which is no choice of the sweep's. */
  among: string;
}

/** By their names in the sweep file. */
export function settingsOf(trial: TrialSettings): Record<string, string> {
  return Object.fromEntries(listOf(trial).map(({ name, value }) => [name, value]));
}

/**
 * `rank 8, learningRate 0.001`: the settings in which trials of one method differ, and those of training in which any do.
 * @param inColumns what a table has columns for anyway
 */
export function differingSettings(
  all: readonly TrialSettings[],
  inColumns: readonly string[],
): (trial: TrialSettings) => string {
  return differing(all, { listOf, inColumns });
}

/** Of each row, the words for what not all have that it is held against. */
export function differing<Row>(rows: readonly Row[], against: Against<Row>): (row: Row) => string {
  const those = differingOnes(rows, against);
  return (row) => wordsOf(those(row));
}

/** `rank 8, learningRate 0.001` */
export function wordsOf(settings: readonly Pick<Setting, 'name' | 'value'>[]): string {
  return settings.map(({ name, value }) => `${name} ${value}`).join(', ');
}

interface Against<Row> {
  listOf: (row: Row) => Setting[];
  inColumns: readonly string[];
}

/** Of each row, the settings that not all have that it is held against. */
export function differingOnes<Row>(
  rows: readonly Row[],
  { listOf: settings, inColumns }: Against<Row>,
): (row: Row) => Setting[] {
  const values = new Map<string, Set<string>>();
  for (const { among, name, value } of rows.flatMap(settings)) {
    const key = `${among} ${name}`;
    values.set(key, (values.get(key) ?? new Set()).add(value));
  }
  return (row) =>
    settings(row).filter(
      ({ among, name }) => !inColumns.includes(name) && (values.get(`${among} ${name}`)?.size ?? 0) > 1,
    );
}

/** Settings of training too are held against those of the same method: two methods have different usual learning rates. */
export function listOfMethod(trial: TrialSettings): Setting[] {
  return listed(settingsOf(trial), trial.method.method);
}

function listOf({ method: own, training }: TrialSettings): Setting[] {
  const { method, ...ofMethod } = own;
  // It decides speed and memory alone.
  const { evaluationBatchSize, ...ofTraining } = training;
  return [...listed(ofMethod, method), ...(isTrained(method) ? listed(ofTraining, 'training') : [])];
}

export function listed(settings: object, among: string): Setting[] {
  const all: [string, unknown][] = Object.entries(settings);
  return all.map(([name, value]) => ({ name, among, value: [value].flat().join('+') }));
}
