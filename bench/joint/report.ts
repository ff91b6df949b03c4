// What bench/joint.ts says of its rounds: both ways on both backbones.
import { toThousandths, summarise, type Summary } from '../measuring/summary.ts';

export interface Took {
  ms: number;
  cpuMs: number;
}

export interface Times {
  together: Took[];
  oneAfterAnother: Took[];
}

interface Side {
  /** Milliseconds for a step of each trial. */
  ms: Summary;
  cpuMs: Summary;
}

export interface Compared {
  trials: number;
  batchSize: number;
  layers: readonly number[];
  together: Side;
  oneAfterAnother: Side;
  /** One after another to together. */
  ratio: number;
  ratioOfMinima: number;
  ratioOfCpuTime: number;
  kernelCalls: { together: number; oneAfterAnother: number };
}

export interface JointFound {
  device: string;
  threads: number;
  rounds: number;
  task: string;
  small: Compared;
  big: Compared;
}

type Comparison = Omit<Compared, 'trials' | 'batchSize' | 'layers' | 'kernelCalls'>;

export function comparisonOf(times: Times): Comparison {
  const [together, oneAfterAnother] = [sideOf(times.together), sideOf(times.oneAfterAnother)];
  return {
    ...{ together, oneAfterAnother },
    ratio: toThousandths(oneAfterAnother.ms.median / together.ms.median),
    ratioOfMinima: toThousandths(oneAfterAnother.ms.min / together.ms.min),
    ratioOfCpuTime: toThousandths(oneAfterAnother.cpuMs.median / together.cpuMs.median),
  };
}

function sideOf(took: Took[]): Side {
  return { ms: summarise(took.map(({ ms }) => ms)), cpuMs: summarise(took.map(({ cpuMs }) => cpuMs)) };
}

export function jointReport(found: JointFound): string {
  const line = (name: string, { ms, cpuMs }: Side): string =>
    `  ${name.padEnd(18)} ${[ms.min, ms.median, ms.max, cpuMs.median].map((n) => n.toFixed(0).padStart(7)).join(' ')}\n`;
  const part = (name: string, { together, oneAfterAnother, ...rest }: Compared): string =>
    `${`${name}, layers ${rest.layers.join(', ')}, ${rest.trials} trials, batch ${rest.batchSize}`.padEnd(60)}\n` +
    line('one after another', oneAfterAnother) +
    line('together', together) +
    `  ratio ${rest.ratio} (minima ${rest.ratioOfMinima}, cpu ${rest.ratioOfCpuTime}); kernel calls ${rest.kernelCalls.oneAfterAnother} and ${rest.kernelCalls.together}\n`;
  const head = `ms for a step of each trial, ${found.rounds} rounds, ${found.threads} threads: min, median, max, cpu\n`;
  return head + part('small: 4 layers, width 256', found.small) + part('BERT-base', found.big);
}
