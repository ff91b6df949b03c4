// Pure: what a chaos run found, in words, and which promises it broke.
import type { Comparison, Ledger } from './ledger.ts';
import type { Repeated } from './repeated.ts';
import { PARTS } from './schedule.ts';
import type { Strikes } from './storm.ts';

export interface ChaosReport {
  seed: number;
  steps: number;
  workers: number;
  checkpointEvery: number;
  kills: Strikes['kill'];
  stops: Strikes['stop'];
  late: number;
  missed: number;
  trials: number;
  lost: number;
  duplicates: number;
  leftRunning: number;
  attempts: number;
  resumed: number;
  refusedWrites: number;
  repeatedSteps: Repeated;
  compared: number;
  differing: number;
  undisturbedSeconds: number;
  disturbedSeconds: number;
  /** Each a sentence; none where every promise held. */
  broken: string[];
}

export interface Found {
  options: { seed: number; steps: number; workers: number; checkpointEvery: number };
  strikes: Strikes;
  calm: Ledger & { seconds: number };
  storm: Ledger & { seconds: number };
  repeated: Repeated;
  comparison: Comparison;
  surprises: string[];
}

export function reportOf(found: Found): ChaosReport {
  const { options, strikes, calm, storm, repeated, comparison } = found;
  const { seconds, state: _state, ...ledger } = storm;
  return {
    ...options,
    kills: strikes.kill,
    stops: strikes.stop,
    late: strikes.late,
    missed: strikes.missed,
    ...ledger,
    repeatedSteps: { ...repeated, mean: rounded(repeated.mean) },
    compared: comparison.compared,
    differing: comparison.differing.length,
    undisturbedSeconds: rounded(calm.seconds),
    disturbedSeconds: rounded(seconds),
    broken: brokenPromises(found),
  };
}

function brokenPromises({ options, strikes, calm, storm, repeated, comparison, surprises }: Found): string[] {
  const first = comparison.differing[0];
  const promises: [boolean, string][] = [
    [calm.state === 'complete', `The undisturbed sweep ended ${calm.state}.`],
    [storm.state === 'complete', `The disturbed sweep ended ${storm.state}.`],
    [storm.lost === 0, `${storm.lost} trials are lost.`],
    [storm.duplicates === 0, `${storm.duplicates} trials are counted twice.`],
    [storm.leftRunning === 0, `${storm.leftRunning} trials or attempts say that they run, with nobody behind them.`],
    [
      repeated.most <= options.checkpointEvery,
      `${repeated.most} steps were done again by one attempt, with ${options.checkpointEvery} from checkpoint to checkpoint.`,
    ],
    [
      strikes.late === 0 || storm.refusedWrites > 0,
      `The fence was not tried: of ${strikes.late} parts held up past their heartbeat none wrote late.`,
    ],
    [
      first === undefined,
      `${comparison.differing.length} of ${comparison.compared} numbers differ, first ${first?.what ?? ''} of ${first?.trial ?? ''} at step ${first?.step ?? '-'}: ${first?.original ?? 'none'}, found ${first?.repeated ?? 'none'}.`,
    ],
    ...surprises.map((surprise): [boolean, string] => [false, `Nobody killed it, and yet: ${surprise}`]),
  ];
  return promises.flatMap(([isKept, otherwise]) => (isKept ? [] : [otherwise]));
}

export function printReport(report: ChaosReport): string {
  const line = (part: (typeof PARTS)[number]) =>
    `${part.padEnd(18)} ${String(report.kills[part]).padStart(7)} ${String(report.stops[part]).padStart(7)}\n`;
  const { trials, lost, duplicates, leftRunning, attempts, resumed, compared, differing } = report;
  const { refusedWrites, late, repeatedSteps, checkpointEvery } = report;
  return [
    `${'part'.padEnd(18)}  killed stopped\n`,
    ...PARTS.map(line),
    `${trials} trials, ${lost} lost, ${duplicates} counted twice, ${leftRunning} left running\n`,
    `${attempts} attempts, ${resumed} of them from a checkpoint; ${refusedWrites} late writes refused by the fence (${late} parts held up past their heartbeat)\n`,
    `${repeatedSteps.attempts} attempts did ${repeatedSteps.mean} steps again on average, ${repeatedSteps.most} at most (a checkpoint every ${checkpointEvery})\n`,
    `${differing} of ${compared} numbers differ from the undisturbed run's\n`,
    `${report.disturbedSeconds} s, undisturbed ${report.undisturbedSeconds} s (seed ${report.seed})\n`,
    ...report.broken.map((promise) => `BROKEN: ${promise}\n`),
  ].join('');
}

function rounded(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
