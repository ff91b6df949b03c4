// Pure: which training sets are too large for their hidden states to be kept, said before a sweep is launched.
import { taskOf } from './arithmetic.ts';
import { counted } from './counted.ts';
import type { SweepFacts } from './facts.ts';
import { isComputedInSteps, LARGEST_KEPT_BYTES } from './kept-training.ts';
import { withThousands } from './numbers.ts';
import { regimeColumns, regimeName, trainingSize } from './regime.ts';
import type { Trial } from './trial.ts';

/** A sentence for each task and regime. Dropout in the frozen layers has a sentence of its own. */
export function largeTrainingWarnings(trials: readonly Trial[], facts: SweepFacts): string[] {
  const { backbone } = facts;
  const concerned = trials.filter((trial) => {
    return !trial.training.frozenDropout && isComputedInSteps({ trial, task: taskOf(trial, facts), backbone });
  });
  const sets = new Map<string, { examples: number; trials: number }>();
  for (const trial of concerned) {
    const name = `${trial.task.name} (${regimeName(regimeColumns(trial.regime))})`;
    const examples = trainingSize(trial.regime, taskOf(trial, facts).classes);
    sets.set(name, { examples, trials: (sets.get(name)?.trials ?? 0) + 1 });
  }
  const limit = `${withThousands(LARGEST_KEPT_BYTES / 2 ** 20) ?? ''} MiB`;
  return [...sets].map(
    ([name, found]) =>
      `Task ${name}: hidden states of ${counted(found.examples, 'training example')} take more than ${limit} and are not kept: the layers below a prompt run anew in every step of ${counted(found.trials, 'trial')}.`,
  );
}
