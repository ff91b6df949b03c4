// The measurements as tables for people.
import type { QueryTimes } from './query-times.ts';
import type { RunReport } from './sweep-run.ts';

export interface Orchestration {
  machine: { processor: string; cores: number; loadBefore: number; loadAfter: number };
  sweeps: RunReport[];
  queries: QueryTimes[];
}

export function reportOf({ machine, sweeps, queries }: Orchestration): string {
  const { processor, cores, loadBefore, loadAfter } = machine;
  return [
    `${processor}, ${cores} cores; load ${loadBefore.toFixed(1)} before, ${loadAfter.toFixed(1)} after\n`,
    ...sweeps.map(describeSweep),
    ...queries.map(describeQueries),
  ].join('\n');
}

function describeSweep(run: RunReport): string {
  const { sweep, trials } = run.histories;
  const who =
    run.trainer === 'real' ? 'a real trainer, one step a trial' : `${run.trainers} doubles that answer at once`;
  return [
    `${run.trials} trials, ${who}, window ${run.window}: ${run.seconds.toFixed(1)} s, ${run.trialsPerSecond.toFixed(1)} trials a second\n`,
    `  plan ${run.planMs.toFixed(0)} ms, launch ${run.launchMs.toFixed(0)} ms, `,
    `memory ${run.memoryMiB.launched} MiB after launch, ${run.memoryMiB.most} MiB at most\n`,
    `  longest history: sweep ${sweep.events} events, ${sweep.kib} KiB (${sweep.runs} runs); `,
    `trial ${trials.events} events, ${trials.kib} KiB\n`,
  ].join('');
}

function describeQueries({ trials, metricRows, mib, milliseconds }: QueryTimes): string {
  const line = (cells: string[]): string =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(40) : cell.padStart(9))).join('');
  return [
    `${trials} stored trials, ${metricRows} metric rows, ${mib} MiB; milliseconds`,
    line(['', 'min', 'median', 'max']),
    ...Object.entries(milliseconds).map(([command, { min, median, max }]) =>
      line([command, ...[min, median, max].map((ms) => ms.toFixed(1))]),
    ),
    '',
  ].join('\n');
}
