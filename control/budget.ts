// The part of a plan that a budget holds, by what earlier trials took.
import type { Database } from '../db/client.ts';
import { listMeasured } from '../db/measured.ts';
import { listTrialKeys } from '../db/trial-keys.ts';
import { pickWithin, type Picked } from '../sweep/budget.ts';
import type { MeasuredTrial } from '../sweep/measured.ts';
import { DEVICE_CLASSES, type DeviceClass } from '../workflows/queues.ts';
import { speedsOn } from './plan-estimate.ts';
import type { PlannedSweep } from './plan.ts';

export interface BudgetRequest {
  seconds: number;
  device: DeviceClass;
  measured: readonly MeasuredTrial[];
}

export interface Budgeted {
  planned: PlannedSweep;
  picked: Picked;
}

/** @throws BudgetError where not one trial fits */
export function withinBudget(planned: PlannedSweep, { seconds, device, measured }: BudgetRequest): Budgeted {
  const picked = pickWithin(planned, { seconds, speeds: speedsOn(device, measured) });
  return { planned: withTrials(planned, picked.trials), picked };
}

export interface LaunchBudget {
  seconds: number;
  /** What this machine is told to use; `auto`: nothing. */
  here: DeviceClass | 'auto';
}

/**
 * A sweep of this name that was launched before keeps its trials, whatever would fit now: launching it again finds it.
 * @returns `picked` null for such a one
 */
export async function budgetedLaunch(
  { database }: { database: Database },
  planned: PlannedSweep,
  { seconds, here }: LaunchBudget,
): Promise<{ planned: PlannedSweep; picked: Picked | null }> {
  const { spec, plan, facts } = planned;
  const keys = await listTrialKeys(database, spec.name);
  const launched = plan.trials.filter(({ trialKey }) => keys.has(trialKey));
  if (launched.length > 0) return { planned: withTrials(planned, launched), picked: null };
  const measured = await listMeasured(database, facts.backbone.fingerprint);
  return withinBudget(planned, { seconds, device: budgetDevice(spec.device, here, measured), measured });
}

/** What the file says, else this machine, else what was measured last, else the CPU. */
export function budgetDevice(
  wanted: DeviceClass | 'auto',
  here: DeviceClass | 'auto',
  [newest]: readonly MeasuredTrial[],
): DeviceClass {
  if (wanted !== 'auto') return wanted;
  if (here !== 'auto') return here;
  return DEVICE_CLASSES.find((device) => device === newest?.device) ?? 'cpu';
}

function withTrials(planned: PlannedSweep, trials: PlannedSweep['plan']['trials']): PlannedSweep {
  return { ...planned, plan: { ...planned.plan, trials } };
}
