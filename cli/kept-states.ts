// What a person is told of kept hidden states before a sweep starts: their size, and the limits.
import type { PlannedSweep } from '../control/plan.ts';
import { cacheLayout } from '../runtime/folders.mjs';
import type { Environment } from '../runtime/environment.mjs';
import { hiddenStatesMiB } from '../sweep/disk.ts';
import { withThousands } from '../sweep/numbers.ts';

type Limits = Pick<Environment, 'cacheFolder' | 'hiddenStatesDiskMiB'>;

/** Null where no trial of the sweep reads any. */
export function keptStates({ plan, facts }: PlannedSweep, limits: Limits): string | null {
  const needed = Math.ceil(hiddenStatesMiB(plan.trials, facts));
  if (needed === 0) return null;
  const mib = (size: number): string => `${withThousands(size) ?? ''} MiB`;
  const { hiddenStatesDiskMiB: limit, cacheFolder } = limits;
  const size = `The trials share about ${mib(needed)} of hidden states`;
  if (limit === 0)
    return `${size}, kept in memory alone (LPT_SWEEP_HIDDEN_STATES is 0): what a trainer has no room for is computed anew.`;
  const folder = cacheLayout(cacheFolder).hiddenStates;
  const where = `a worker here keeps up to ${mib(limit)} on disk, in ${folder} (LPT_SWEEP_HIDDEN_STATES)`;
  return `${size}; ${where}.${needed > limit ? ' That is less: some are computed more than once.' : ''}`;
}
