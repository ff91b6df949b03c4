// What a plan would take, on each device that earlier trials ran on.
import { estimate, type Estimate } from '../sweep/cost.ts';
import { type MeasuredTrial, Speeds } from '../sweep/measured.ts';
import { DEVICE_CLASSES, type DeviceClass } from '../workflows/queues.ts';
import type { PlannedSweep } from './plan.ts';

export interface DeviceEstimate {
  device: DeviceClass;
  estimate: Estimate;
}

/** Those that the sweep file allows and something was measured on; the usual one where there is none. */
export function estimateSweep(planned: PlannedSweep, measured: readonly MeasuredTrial[]): DeviceEstimate[] {
  const { spec, plan, facts } = planned;
  const allowed = DEVICE_CLASSES.filter((device) => spec.device === 'auto' || spec.device === device);
  const known = allowed.filter((device) => measured.some((one) => one.device === device));
  const [usual = 'cpu'] = allowed;
  const devices = known.length === 0 ? [usual] : known;
  return devices.map((device) => ({ device, estimate: estimate(plan, facts, speedsOn(device, measured)) }));
}

export function speedsOn(device: DeviceClass, measured: readonly MeasuredTrial[]): Speeds {
  return new Speeds(measured.filter((one) => one.device === device));
}
