// One trial as a page for people, and as one object for programs.
import type { TrialDetails } from '../control/show.ts';
import { configurationFacts, leaves, scoreFacts, type Fact } from '../control/trial-facts.ts';
import type { AttemptRow } from '../db/attempts.ts';
import { print } from './print.ts';
import { percent } from '../sweep/numbers.ts';
import { secondsOf, sharesOf, throughputFacts, tokensPerMs } from '../sweep/throughput.ts';

export function trialPage(details: TrialDetails): string {
  const { name, trial, sweep, provenance, attempts, evaluations } = details;
  return [
    `Trial ${name}: ${trial.trial.method.method} on ${trial.task}, ${trial.state}\n`,
    section('Names', [
      ['sweep', sweep.name],
      ['id', trial.id],
      ['trial key', trial.trialKey],
      ['configuration key', trial.configurationKey],
    ]),
    section('Scores', [...scoreFacts(trial), ...errorFacts(trial)]),
    section('Throughput', throughputFacts(trial)),
    section('Configuration', configurationFacts(trial)),
    ...(provenance === null ? ['\nProvenance: not recorded.\n'] : [section('Provenance', leaves(provenance))]),
    `\nAttempts:\n${attemptTable(attempts)}`,
    `\nEvaluations:\n${evaluationTable(evaluations)}`,
  ].join('');
}

/** Everything, unrounded. */
export function trialObject(details: TrialDetails): object {
  const { name, trial: row, sweep, provenance, attempts, evaluations } = details;
  const { id, position, trialKey, configurationKey, state, stopReason, trial, errorKind, errorMessage } = row;
  const { devScore, testScore, selectedStep, steps, trainableParameters, msPerStep, cacheHitRate, peakMemoryMib } = row;
  const { measuredJointly, jointSteps } = row;
  return {
    ...{ name, id, sweep: sweep.name, position, trialKey, configurationKey, state },
    ...{ stopReason, errorKind, errorMessage },
    scores: { metric: trial.task.metric, devScore, testScore, selectedStep },
    cost: {
      ...{ steps, trainableParameters, msPerStep, tokensPerMs: tokensPerMs(row), measuredJointly, jointSteps },
      ...{ cacheHitRate, peakMemoryMiB: peakMemoryMib, seconds: secondsOf(row), ...sharesOf(row) },
    },
    configuration: trial,
    provenance,
    attempts: attempts.map(({ trialId, provenance: own, ...attempt }) => ({ ...attempt, provenance: own })),
    evaluations: evaluations.map(({ trialId, ...evaluation }) => evaluation),
  };
}

function errorFacts({ errorKind, errorMessage }: TrialDetails['trial']): Fact[] {
  return errorKind === null ? [] : [['error', `${errorKind}: ${errorMessage ?? ''}`]];
}

function section(title: string, entries: readonly Fact[]): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return `\n${title}:\n${entries.map(([name, value]) => `  ${name.padEnd(width)}  ${value ?? '–'}\n`).join('')}`;
}

function attemptTable(attempts: readonly AttemptRow[]): string {
  return print('table', {
    rows: attempts,
    columns: [
      { title: 'attempt', cell: ({ attempt }) => attempt, isNumber: true },
      { title: 'state', cell: ({ state }) => state },
      { title: 'worker', cell: ({ worker }) => worker },
      { title: 'from step', cell: ({ resumedFromStep }) => resumedFromStep, isNumber: true },
      { title: 'shrink', cell: ({ shrink }) => shrink, isNumber: true },
      { title: 'refused writes', cell: ({ refusedWrites }) => refusedWrites, isNumber: true },
      { title: 'began', cell: ({ startedAt }) => startedAt.toISOString() },
      { title: 'ended', cell: ({ finishedAt }) => finishedAt?.toISOString() ?? null },
      { title: 'error', cell: ({ errorKind }) => errorKind },
      { title: 'why', cell: ({ errorMessage }) => errorMessage },
    ],
    whenEmpty: 'None yet.',
  });
}

function evaluationTable(evaluations: TrialDetails['evaluations']): string {
  return print('table', {
    rows: evaluations,
    columns: [
      { title: 'split', cell: ({ split }) => split },
      { title: 'step', cell: ({ step }) => step, isNumber: true },
      { title: 'metric', cell: ({ metric }) => metric },
      { title: 'score', cell: ({ score }) => percent(score), isNumber: true },
      { title: 'loss', cell: ({ loss }) => loss.toFixed(4), isNumber: true },
      { title: 'examples', cell: ({ examples }) => examples, isNumber: true },
    ],
    whenEmpty: 'None yet.',
  });
}
