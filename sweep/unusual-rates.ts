// Pure: where one learning rate is stated for all methods, those that it does not suit.
import type { Candidate } from './candidates.ts';
import { usualTraining } from './defaults.ts';
import type { MethodSettings } from './methods/settings.ts';
import type { Spec } from './spec.ts';

/** With so many times the usual rate a method never settles; with so small a share of it, it hardly moves. */
const FAR = 10;

/** A sentence for each method that takes such a rate from the sweep's `training`, not from its own. */
export function unusualRates({ methods, training }: Spec, wanted: readonly Candidate[]): string[] {
  if (training.learningRate === undefined) return [];
  const taking = wanted.filter(({ methodIndex }) => methods[methodIndex]?.training.learningRate === undefined);
  const rates = new Map<string, Set<number>>();
  for (const { trial, methodIndex } of taking.filter(isFar)) {
    const named = `\`methods[${methodIndex}]\` (${nameOf(trial.method)}), for which ${usualTraining(trial.method).learningRate} is usual,`;
    rates.set(named, (rates.get(named) ?? new Set()).add(trial.training.learningRate));
  }
  return [...rates].map(([named, own]) => `${named} takes learningRate ${[...own].join(', ')} from \`training\`.`);
}

function isFar({ trial: { method, training } }: Candidate): boolean {
  const usual = usualTraining(method).learningRate;
  const isNear = training.learningRate <= FAR * usual && usual <= FAR * training.learningRate;
  // Nothing is trained in no steps.
  return training.steps > 0 && !isNear;
}

function nameOf(method: MethodSettings): string {
  return 'generator' in method ? `${method.method}, generator ${method.generator}` : method.method;
}
