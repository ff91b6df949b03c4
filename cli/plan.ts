// A plan for people: what would run, and what it would take.
import type { PlannedSweep } from '../control/plan.ts';
import type { PlannedTrial } from '../sweep/plan.ts';
import { counted } from '../sweep/counted.ts';
import { positiveLabel } from '../sweep/labels.ts';
import { isTrained } from '../sweep/methods/index.ts';
import { regimeColumns, regimeName } from '../sweep/regime.ts';
import { differing, listed, type Setting } from '../sweep/settings.ts';
import type { TrainingSettings } from '../sweep/training.ts';
import { print } from './print.ts';

/** @param taking lines on what it would take */
export function printPlan({ spec, plan }: PlannedSweep, taking: readonly string[]): string {
  const rows = configurations(plan.trials);
  const others = otherSettings(rows);
  const table = print('table', {
    rows,
    columns: [
      { title: 'task', cell: ({ first }) => first.trial.task.name },
      { title: 'examples', cell: ({ first }) => regimeName(regimeColumns(first.trial.regime)), isNumber: true },
      { title: 'method', cell: ({ first }) => first.trial.method.method },
      { title: 'layer', cell: ({ first }) => settingOf(first, 'insertionLayer'), isNumber: true },
      { title: 'length', cell: ({ first }) => settingOf(first, 'promptLength'), isNumber: true },
      { title: 'generator', cell: ({ first }) => settingOf(first, 'generator') },
      ...(rows.some((row) => others(row) !== '') ? [{ title: 'and', cell: others }] : []),
      { title: 'lr', cell: ({ first }) => trainingOf(first)?.learningRate ?? null, isNumber: true },
      { title: 'batch', cell: ({ first }) => trainingOf(first)?.batchSize ?? null, isNumber: true },
      { title: 'steps', cell: ({ first }) => first.trial.training.steps, isNumber: true },
      { title: 'seeds', cell: ({ seeds }) => seeds, isNumber: true },
    ],
    whenEmpty: 'No trial is left.',
  });
  const left = plan.excluded > 0 ? `, ${plan.excluded} combinations excluded by rule` : '';
  const folded = plan.folded > 0 ? `, ${plan.folded} doubles folded` : '';
  const lines = [...positiveLabels(plan.trials), ...taking, 'Nothing was started.'].map((line) => `${line}\n`);
  return [`Sweep ${spec.name}: ${counted(plan.trials.length, 'trial')}${left}${folded}.\n`, table, '\n', ...lines].join(
    '',
  );
}

/** Of each task that is judged by F1, the label that it is about. */
function positiveLabels(trials: readonly PlannedTrial[]): string[] {
  const judged = trials.filter(({ trial: { task } }) => task.metric === 'f1' || task.metric === 'accuracy-f1');
  return [
    ...new Set(judged.map(({ trial: { task } }) => `F1 of ${task.name} is that of label ${positiveLabel(task)}.`)),
  ];
}

interface PlannedConfiguration {
  first: PlannedTrial;
  seeds: number;
}

function configurations(trials: readonly PlannedTrial[]): PlannedConfiguration[] {
  const byKey = new Map<string, PlannedConfiguration>();
  for (const trial of trials) {
    const found = byKey.get(trial.configurationKey);
    if (found) found.seeds += 1;
    else byKey.set(trial.configurationKey, { first: trial, seeds: 1 });
  }
  return [...byKey.values()];
}

const OWN_COLUMNS = ['method', 'insertionLayer', 'promptLength', 'generator', 'learningRate', 'batchSize', 'steps'];

/** What has no column of its own and yet tells a configuration from another of the same method. */
function otherSettings(rows: readonly PlannedConfiguration[]): (row: PlannedConfiguration) => string {
  return differing(rows, { listOf: ({ first }) => settingsOf(first), inColumns: OWN_COLUMNS });
}

/** Null where nothing is trained. */
function trainingOf({ trial: { method, training } }: PlannedTrial): TrainingSettings | null {
  return isTrained(method.method) ? training : null;
}

function settingsOf({ trial }: PlannedTrial): Setting[] {
  return listed({ ...trial.training, ...trial.method }, trial.method.method);
}

function settingOf(planned: PlannedTrial, named: string): string | null {
  return settingsOf(planned).find(({ name }) => name === named)?.value ?? null;
}
