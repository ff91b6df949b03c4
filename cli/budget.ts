// `--budget 2h` and `--cost-per-hour 0.5` as people write them, and what a budget left out in words.
import type { Picked, SeedPair } from '../sweep/budget.ts';
import { BudgetError } from '../sweep/budget.ts';
import { DEVICES, type Spec } from '../sweep/spec.ts';
import type { DeviceClass } from '../workflows/queues.ts';
import { UsageError, type Call, type OptionSpec } from './command.ts';
import { duration } from '../sweep/numbers.ts';
import { counted } from '../sweep/counted.ts';

export const BUDGET_OPTIONS: Record<string, OptionSpec> = {
  budget: {
    help: 'run what is estimated to fit into this time of one device, whole seeds first, and say what is left out',
    value: { name: 'time, as 2h, 45m or 1h30m' },
  },
  'cost-per-hour': {
    help: 'with --dry-run: what an hour of a device costs, as 0.5 or cpu=0.1,gpu=2.5',
    value: { name: 'cost' },
  },
};

const UNITS: Record<string, number> = { d: 86_400, h: 3600, m: 60, min: 60, s: 1 };

/** Seconds; undefined without the option. @throws UsageError */
export function budgetOf({ values: { budget } }: Call): number | undefined {
  if (budget === undefined) return undefined;
  const parts = [...budget.matchAll(/(\d+(?:\.\d+)?)\s*(d|h|min|m|s)\s*/gy)];
  const isWhole = parts.map(([part]) => part).join('') === budget.trim();
  const seconds = parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0), 0);
  if (isWhole && seconds > 0) return seconds;
  throw new UsageError(`Expected \`--budget\` to be a time such as 2h, 45m or 1h30m, found \`${budget}\`.`);
}

/**
 * The same for a sweep. A TPE search is refused however few configurations it has: when its trials have ended it runs what they
 * lack of the file's tasks and seeds, and so what a budget has left out.
 * @throws UsageError
 */
export function budgetFor(call: Call, { search }: Pick<Spec, 'search'>): number | undefined {
  const seconds = budgetOf(call);
  if (seconds === undefined || search?.kind !== 'tpe') return seconds;
  throw new UsageError(
    'Expected `--budget` with a sweep whose trials are all known, found `search: tpe`, which adds more of them later, also those that a budget leaves out. `search: random` draws all of them at once.',
  );
}

/** @throws UsageError where the option would be read by nobody */
export function assertCostIsAsked({ flags, values }: Call): void {
  if (values['cost-per-hour'] === undefined || flags.has('dry-run')) return;
  throw new UsageError('Expected `--cost-per-hour` beside `--dry-run`, found it without: nothing was started.');
}

/** What an hour costs. */
export type Rates = Partial<Record<DeviceClass, number>>;

/** @throws UsageError */
export function ratesOf({ values: { 'cost-per-hour': given } }: Call): Rates {
  if (given === undefined) return {};
  const parts = given.split(',').map((part) => /^(?:(cpu|gpu)=)?(\d+(?:\.\d+)?)$/.exec(part.trim()));
  const rates: Rates = {};
  for (const part of parts) {
    if (part === null || (part[1] === undefined && parts.length > 1))
      throw new UsageError(
        `Expected \`--cost-per-hour\` to be a number, or one a device as cpu=0.1,gpu=2.5, found \`${given}\`.`,
      );
    const devices = DEVICES.filter((device) => part[1] === undefined || part[1] === device);
    for (const device of devices) if (device !== 'auto') rates[device] = Number(part[2]);
  }
  return rates;
}

/** The error of a budget that holds nothing, in a person's words. */
export function explainBudget(error: unknown, seconds: number): unknown {
  if (!(error instanceof BudgetError)) return error;
  return new UsageError(
    `Expected \`--budget\` to hold one trial at least, which is estimated at ${duration(Math.ceil(error.needed))}, found ${duration(seconds)}.`,
  );
}

/** Lines; the last tells how the rest is run. */
export function describePicked(picked: Picked, { seconds, file }: { seconds: number; file: string }): string[] {
  const { trials, left, whole, pairs } = picked;
  const budget = `Budget ${duration(seconds)}`;
  if (left.length === 0)
    return [`${budget}: all ${counted(trials.length, 'trial')} fit, in about ${duration(picked.seconds)}.`];
  const chosen =
    whole.length > 0
      ? `Every configuration on ${whole.length} of ${pairs} pairs of seeds: ${whole.map(pairName).join(', ')}. Whole pairs only, data seeds before training seeds, so that every comparison keeps its pairs.`
      : `Not even the first pair of seeds fits whole (${pairs} in all): of it, in turn of each task, size and method, the outermost settings first.`;
  return [
    `${budget}: ${trials.length} of ${trials.length + left.length} trials, about ${duration(picked.seconds)} of one device.`,
    chosen,
    `Left out: ${counted(left.length, 'trial')} (${countedByMethod(left)}). \`lpt-sweep add ${file}\` runs them later.`,
  ];
}

/** Data seed, training seed. */
function pairName({ dataSeed, trainSeed }: SeedPair): string {
  return `${dataSeed}/${trainSeed}`;
}

function countedByMethod(left: Picked['left']): string {
  const methods = left.map(({ trial }) => trial.method.method);
  return [...new Set(methods)]
    .map((method) => `${methods.filter((one) => one === method).length} ${method}`)
    .join(', ');
}
