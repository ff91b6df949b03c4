// Pure: what `frozenDropout` costs, said before a sweep is launched.
import { trialArithmetic, taskOf } from './arithmetic.ts';
import type { SweepFacts } from './facts.ts';
import { isTrained } from './methods/index.ts';
import type { Spec } from './spec.ts';
import type { Trial } from './trial.ts';

/** Which entries of the file it is about, and how much more their steps compute. Empty where no trial has it. */
export function frozenDropoutWarning(spec: Spec, trials: readonly Trial[], facts: SweepFacts): string[] {
  const entries = droppingEntries(spec);
  if (entries.length === 0) return [];
  const more = (stepCost(trials, facts) - 1) * 100;
  const cost = more >= 0.5 ? ` Their steps compute ${Math.round(more)} % more, on average.` : '';
  return [
    `With \`frozenDropout\` the layers below a prompt run anew in every step, as their outputs cannot be kept: ${entries.join(', ')}.${cost}`,
  ];
}

function droppingEntries({ methods, training }: Spec): string[] {
  return methods.flatMap(({ method, training: own }, index) => {
    const isDropping = (own.frozenDropout ?? training.frozenDropout ?? []).includes(true);
    return isDropping && isTrained(method) ? [`\`methods[${index}]\` (${method})`] : [];
  });
}

/** Of steps with dropout, in those without it; 1 where all start at the embeddings anyway. */
function stepCost(trials: readonly Trial[], facts: SweepFacts): number {
  const dropping = trials.filter(({ training }) => training.frozenDropout);
  const flopsOf = (frozenDropout: boolean): number =>
    dropping.reduce((sum, trial) => {
      const training = { ...trial.training, frozenDropout };
      return sum + trialArithmetic({ ...trial, training }, facts.backbone, taskOf(trial, facts)).stepFlops;
    }, 0);
  return dropping.length === 0 ? 1 : flopsOf(true) / flopsOf(false);
}
