// `launch --dry-run`: what would run and what it would take, from what earlier trials took; starts nothing.
import { budgetDevice, withinBudget } from '../control/budget.ts';
import { estimateSweep, type DeviceEstimate } from '../control/plan-estimate.ts';
import type { PlannedSweep } from '../control/plan.ts';
import type { Basis } from '../sweep/measured.ts';
import { budgetFor, describePicked, explainBudget, ratesOf, type Rates } from './budget.ts';
import { argumentOf, type Call } from './command.ts';
import { earlierTrials } from './earlier-trials.ts';
import { printPlan } from './plan.ts';
import { duration, withThousands } from '../sweep/numbers.ts';

/** @throws UsageError */
export async function dryRun(call: Call, asked: PlannedSweep): Promise<void> {
  const [seconds, rates] = [budgetFor(call, asked.spec), ratesOf(call)];
  const measured = await earlierTrials(call.terminal, asked.facts.backbone.fingerprint);
  if (seconds === undefined) {
    call.terminal.write(printPlan(asked, describeEstimates(estimateSweep(asked, measured), rates)));
    return;
  }
  const device = budgetDevice(asked.spec.device, call.terminal.environment.device, measured);
  try {
    const { planned, picked } = withinBudget(asked, { seconds, device, measured });
    const onIt = estimateSweep({ ...planned, spec: { ...planned.spec, device } }, measured);
    const words = describePicked(picked, { seconds, file: argumentOf(call, 'file') });
    call.terminal.write(printPlan(planned, [...words, ...describeEstimates(onIt, rates)]));
  } catch (error) {
    throw explainBudget(error, seconds);
  }
}

/** Lines. */
export function describeEstimates(estimates: readonly DeviceEstimate[], rates: Rates): string[] {
  return estimates.flatMap(({ device, estimate, configurations }) => {
    const { seconds, memoryMiB, measuredMemoryMiB, databaseMiB, hiddenStatesMiB } = estimate;
    const rate = rates[device];
    const cost = rate === undefined ? '' : `, cost ${((seconds / 3600) * rate).toFixed(2)} at ${rate} an hour`;
    const [all, first] =
      configurations === undefined
        ? ['', '']
        : [`, for all ${configurations} configurations of the search`, ' of those that the search begins with'];
    const peak = measuredMemoryMiB === null ? '' : ` (earlier trials took ${mib(measuredMemoryMiB)} at the most)`;
    return [
      `About ${duration(seconds)} on one ${device}, one trial after another${all}${cost}.`,
      `  Speed: ${describeSpeed(estimate)}.`,
      `  Memory of the trainer${first}: about ${mib(memoryMiB)}${peak}.`,
      `  Disk: about ${mib(databaseMiB)} in Postgres; hidden states${first} take ${mib(hiddenStatesMiB)} where all are kept.`,
    ];
  });
}

const BASIS_WORDS: Record<Basis, string> = {
  layer: 'measured on trials of the same method and layer',
  method: 'measured on other layers of the method',
  backbone: 'measured on other methods of the backbone',
  assumed: 'assumed, since nothing was measured',
};

function describeSpeed({ speed, bases, trials }: DeviceEstimate['estimate']): string {
  const { gflopsPerSecond } = speed;
  const figure = gflopsPerSecond < 10 ? gflopsPerSecond.toPrecision(2) : withThousands(Math.round(gflopsPerSecond));
  const gflops = `${figure ?? ''} GFLOP/s`;
  const known = bases.filter((one) => one.trials > 0);
  const [only] = known;
  if (known.length === 1 && only !== undefined) return `${gflops} in the middle, ${BASIS_WORDS[only.basis]}`;
  const parts = known.map(({ basis, trials: count }) => `${count} ${BASIS_WORDS[basis]}`);
  return `${gflops} in the middle; of ${trials} trials ${parts.join(', ')}`;
}

function mib(value: number): string {
  return `${withThousands(Math.max(1, Math.round(value))) ?? ''} MiB`;
}
