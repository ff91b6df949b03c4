// Pure: a sweep file and the facts about its backbone and data become the list of trials.
import { trialArithmetic } from './arithmetic.ts';
import { type Candidate, candidates, countCandidates } from './candidates.ts';
import { dataWarnings } from './data-warnings.ts';
import { createExclusion } from './exclude.ts';
import type { SweepFacts } from './facts.ts';
import { frozenDropoutWarning } from './frozen-dropout.ts';
import { largeTrainingWarnings } from './large-training.ts';
import { fieldName, readYaml } from './locate.ts';
import { memoryOfTrials } from './memory.ts';
import { countBackbone } from './methods/full-tuning.ts';
import type { Problem } from './problem.ts';
import { inRunningOrder } from './running-order.ts';
import { chosenAtFirst, mostTrials } from './search/cells.ts';
import { type Outlook, outlookOf } from './search/outlook.ts';
import { type Spec, SpecError, type SpecIssue } from './spec.ts';
import { stoppingWarnings } from './stopping/settings.ts';
import { configurationKey, trialKey } from './trial-key.ts';
import type { Trial } from './trial.ts';
import { methodProblems, regimeProblems } from './validity.ts';
import { unusualRates } from './unusual-rates.ts';

export interface PlannedTrial {
  /** Order of running: trials that share hidden states stand together. */
  position: number;
  trialKey: string;
  configurationKey: string;
  trial: Trial;
  /** Arithmetic of one training step; 0 where nothing is trained. */
  stepFlops: number;
  /** Tokens of text, template included, that one training step reads. */
  stepTokens: number;
  /** Numbers that the backbone has: what its trained ones are a share of. */
  backboneParameters: number;
  /** Arithmetic of the whole trial: steps, dev evaluations and the test. */
  flops: number;
  /** A trainer's estimated peak: devices with less are not asked. */
  memoryMiB: number;
}

export interface Plan extends Outlook {
  trials: PlannedTrial[];
  /** Combinations that an `exclude` rule left out. */
  excluded: number;
  /** Combinations that were the same trial as an earlier one. */
  folded: number;
  warnings: string[];
}

/** Combinations that cannot run, each named; nothing is dropped in silence. */
export class PlanError extends SpecError {
  override name = 'PlanError';
}

interface PlacedProblem extends Omit<Problem, 'field'> {
  path: PropertyKey[];
}

/** More would not fit into memory, whatever `exclude` leaves of them. */
const MOST_COMBINATIONS = 1_000_000;

/**
 * @param facts of the backbone and of every task that the sweep file names
 * @param source the sweep file's text: issues then carry its line numbers
 * @throws PlanError
 */
export function expand(spec: Spec, facts: SweepFacts, source?: string): Plan {
  refuse(countProblems(countCandidates(spec, facts), MOST_COMBINATIONS, ['methods']), source);
  const exclusion = createExclusion(spec.exclude);
  const all = candidates(spec, facts);
  const wanted = all.filter(({ trial }) => !exclusion.excludes(trial));
  const chosen = chosenAtFirst(spec.search, wanted);
  const distinct = fold(chosen, facts);
  const count = spec.search === undefined ? distinct.length : mostTrials(spec.search, wanted);
  refuse([...combinationProblems(wanted, facts), ...sizeProblems(count, spec)], source);
  const trials = inPlan(spec, facts, distinct);
  const planned = trials.map(({ trial }) => trial);
  const computedAnew = [...frozenDropoutWarning(spec, planned, facts), ...largeTrainingWarnings(planned, facts)];
  return {
    trials,
    excluded: all.length - wanted.length,
    folded: chosen.length - distinct.length,
    warnings: [...warnings(spec, wanted, exclusion.idle()), ...computedAnew, ...dataWarnings(facts)],
    ...outlookOf(spec.search, wanted, chosen),
  };
}

/** In running order, each with what it costs. */
export function inPlan(spec: Spec, facts: SweepFacts, distinct: readonly KeyedCandidate[]): PlannedTrial[] {
  const ordered = inRunningOrder(spec, distinct);
  const backboneParameters = countBackbone(facts.backbone);
  const memory = memoryOfTrials(
    ordered.map(({ trial }) => trial),
    facts,
  );
  return ordered.map(({ key, trial, facts: task }, position) => {
    const { stepFlops, flops } = trialArithmetic(trial, facts.backbone, task);
    const memoryMiB = spec.memoryMiB ?? memory[position] ?? 0;
    const stepTokens = trial.training.batchSize * task.meanTokens;
    const keys = { trialKey: key, configurationKey: configurationKey(trial, facts.backbone.architecture) };
    return { position, ...keys, trial, stepFlops, stepTokens, backboneParameters, flops, memoryMiB };
  });
}

type KeyedCandidate = Candidate & { key: string };

/** The first of equal trials stays. */
export function fold(wanted: readonly Candidate[], { backbone }: SweepFacts): KeyedCandidate[] {
  const first = new Map<string, KeyedCandidate>();
  for (const candidate of wanted) {
    const key = trialKey(candidate.trial, backbone.architecture);
    if (!first.has(key)) first.set(key, { ...candidate, key });
  }
  return [...first.values()];
}

function refuse(problems: PlacedProblem[], source: string | undefined): void {
  if (problems.length === 0) return;
  const yaml = source === undefined ? null : readYaml(source);
  const issues = problems.map(({ path, expected, found }): SpecIssue => ({
    line: yaml?.lineOf(path) ?? null,
    field: fieldName(path),
    expected,
    found,
  }));
  throw new PlanError(issues);
}

/** Each named once, however many seeds and settings it is crossed with. */
function combinationProblems(wanted: Candidate[], { backbone }: SweepFacts): PlacedProblem[] {
  const found = new Map<string, PlacedProblem>();
  const note = ({ field, ...problem }: Problem, inside: PropertyKey[]) => {
    const placed = { ...problem, path: field === '' ? inside : [...inside, field] };
    found.set(JSON.stringify(placed), placed);
  };
  for (const { trial, facts, methodIndex } of wanted) {
    for (const problem of methodProblems(trial.method, backbone, facts)) note(problem, ['methods', methodIndex]);
    for (const problem of regimeProblems(trial.regime, facts)) note(problem, ['regime']);
  }
  return [...found.values()];
}

function sizeProblems(count: number, spec: Spec): PlacedProblem[] {
  if (count === 0) return [{ path: ['exclude'], expected: 'rules that leave some trial', found: 'none left' }];
  return countProblems(count, spec.maxTrials, ['maxTrials']);
}

function countProblems(count: number, most: number, path: PropertyKey[]): PlacedProblem[] {
  if (count <= most) return [];
  const [field] = path;
  return field === 'maxTrials'
    ? [{ path, expected: `at least ${count}, the trials that the file asks for`, found: String(most) }]
    : [{ path, expected: `at most ${most} combinations in all`, found: String(count) }];
}

function warnings(spec: Spec, wanted: readonly Candidate[], idleRules: number[]): string[] {
  const idle = idleRules.map((index) => `\`exclude[${index}]\` matches no combination.`);
  return [...idle, ...unusualRates(spec, wanted), ...stoppingWarnings(spec.stopping)];
}
