// Pure: where one learning rate is stated for several methods, or for all, those that it does not suit.
import type { Candidate } from './candidates.ts';
import { usualTraining } from './defaults.ts';
import type { MethodSettings } from './methods/settings.ts';
import { remember } from './search/remember.ts';
import type { Spec } from './spec.ts';

/** With so many times the usual rate a method never settles; with so small a share of it, it hardly moves. */
const FAR = 10;

type UsualRate = (method: MethodSettings) => number;

/** A sentence for each method that takes such a rate from the sweep's `training`, or from an entry that it shares. */
export function unusualRates({ methods, training }: Spec, wanted: readonly Candidate[]): string[] {
  // Combinations share their methods, so that each is looked up once.
  const usualRate: UsualRate = remember((method) => usualTraining(method).learningRate);
  const hasOwn = ({ methodIndex }: Candidate): boolean => methods[methodIndex]?.training.learningRate !== undefined;
  const own = wanted.filter(hasOwn);
  const mixed = mixedEntries(own, usualRate);
  const shared = training.learningRate === undefined ? [] : wanted.filter((candidate) => !hasOwn(candidate));
  const inMixed = own.filter(({ methodIndex }) => mixed.has(methodIndex));
  return [
    ...farRates(shared, usualRate).map(
      ({ entry, name, usual, rates }) =>
        `${entry} (${name}), for which ${usual} is usual, takes learningRate ${[...rates].join(', ')} from \`training\`.`,
    ),
    ...farRates(inMixed, usualRate).map(
      ({ entry, name, usual, rates }) =>
        `${entry} gives learningRate ${[...rates].join(', ')} to ${name}, for which ${usual} is usual: give it an entry of its own.`,
    ),
  ];
}

/** Those of which no one rate is usual for all; whoever gives another entry its own rate means it. */
function mixedEntries(candidates: readonly Candidate[], usualRate: UsualRate): Set<number> {
  const first = new Map<number, number>();
  const mixed = new Set<number>();
  for (const { trial, methodIndex } of candidates) {
    const usual = usualRate(trial.method);
    if (!first.has(methodIndex)) first.set(methodIndex, usual);
    else if (first.get(methodIndex) !== usual) mixed.add(methodIndex);
  }
  return mixed;
}

interface FarRates {
  entry: string;
  name: string;
  usual: number;
  rates: Set<number>;
}

function farRates(candidates: readonly Candidate[], usualRate: UsualRate): FarRates[] {
  const found = new Map<string, FarRates>();
  for (const { trial, methodIndex } of candidates) {
    const { method, training } = trial;
    const usual = usualRate(method);
    // Nothing is trained in no steps.
    if (training.steps === 0 || isNear(training.learningRate, usual)) continue;
    const [entry, name] = [`\`methods[${methodIndex}]\``, nameOf(method)];
    const known = found.get(`${entry} ${name}`) ?? { entry, name, usual, rates: new Set() };
    found.set(`${entry} ${name}`, known);
    known.rates.add(training.learningRate);
  }
  return [...found.values()];
}

function isNear(rate: number, usual: number): boolean {
  return rate <= FAR * usual && usual <= FAR * rate;
}

function nameOf(method: MethodSettings): string {
  return 'generator' in method ? `${method.method}, generator ${method.generator}` : method.method;
}
