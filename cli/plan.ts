// A plan for people: what would run, and about how long.
import type { PlannedSweep } from '../control/plan.ts';
import type { Estimate } from '../sweep/cost.ts';
import type { PlannedTrial } from '../sweep/plan.ts';
import { duration, grouped } from './numbers.ts';
import { print } from './print.ts';

export function printPlan({ spec, plan }: PlannedSweep, estimate: Estimate): string {
  const table = print('table', {
    rows: configurations(plan.trials),
    columns: [
      { title: 'task', cell: ({ first }) => first.trial.task.name },
      { title: 'method', cell: ({ first }) => first.trial.method.method },
      { title: 'layer', cell: ({ first }) => settingOf(first, 'insertionLayer'), isNumber: true },
      { title: 'length', cell: ({ first }) => settingOf(first, 'promptLength'), isNumber: true },
      { title: 'generator', cell: ({ first }) => settingOf(first, 'generator') },
      { title: 'lr', cell: ({ first }) => first.trial.training.learningRate, isNumber: true },
      { title: 'batch', cell: ({ first }) => first.trial.training.batchSize, isNumber: true },
      { title: 'steps', cell: ({ first }) => first.trial.training.steps, isNumber: true },
      { title: 'seeds', cell: ({ seeds }) => seeds, isNumber: true },
    ],
    whenEmpty: 'No trial is left.',
  });
  const left = plan.excluded > 0 ? `, ${plan.excluded} combinations excluded by rule` : '';
  const folded = plan.folded > 0 ? `, ${plan.folded} doubles folded` : '';
  const { speed } = estimate;
  const basis = speed.source === 'assumed' ? 'at an assumed speed' : `measured on ${speed.trials} trials`;
  return [
    `Sweep ${spec.name}: ${plan.trials.length} trials${left}${folded}.\n`,
    table,
    `\nAbout ${duration(estimate.seconds)} on one device (${grouped(Math.round(speed.gflopsPerSecond)) ?? ''} GFLOP/s ${basis}), `,
    `about ${grouped(estimate.memoryMiB) ?? ''} MiB of memory.\nNothing was started.\n`,
  ].join('');
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

/** Several layers or matrices at once are joined by a plus. */
function settingOf({ trial }: PlannedTrial, name: string): string | number | null {
  const settings: Record<string, string | number | (string | number)[]> = { ...trial.method };
  const value = settings[name] ?? null;
  return Array.isArray(value) ? value.join('+') : value;
}
