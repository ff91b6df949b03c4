// What bench/step.ts says of its rounds: times of both sides, their ratios, memory.
import { toThousandths, summarise } from '../measuring/summary.ts';
import { stepCase, type CaseTexts } from './case.ts';
import type { StepOptions } from './options.ts';
import type { Round, StepSides } from './sides.ts';
import { tokensOf } from './texts.ts';

export interface Rounds {
  ours: Round[];
  cached: Round[];
  reference: Round[];
  maskOnly: Round[];
}

export interface MeasuredStep extends StepOptions {
  texts: CaseTexts;
}

export type StepFound = ReturnType<typeof summaryOf> & {
  kernelCallsPerStep: { all: number; cached: number };
} & StepSides['versions'];

export function summaryOf(rounds: Rounds, { task, texts, layer, threads, ...asked }: MeasuredStep) {
  const wall = mapSides(rounds, (side) => summarise(side.flatMap(({ ms }) => ms)));
  const cpu = mapSides(rounds, (side) => summarise(side.flatMap(({ cpuMs }) => cpuMs)));
  const peak = (side: Round[]) => Math.round(Math.max(...side.map(({ peakMemoryMiB }) => peakMemoryMiB)));
  const { ours, reference, maskOnly, cached } = wall;
  return {
    oursMs: ours.median,
    referenceMs: reference.median,
    ratio: toThousandths(ours.median / reference.median),
    ratioOfMinima: toThousandths(ours.min / reference.min),
    ratioOfCpuTime: toThousandths(cpu.ours.median / cpu.reference.median),
    /** Against a reference that also runs its last layer at the mask alone. */
    ratioToMaskOnly: toThousandths(ours.median / maskOnly.median),
    ratioOfMinimaToMaskOnly: toThousandths(ours.min / maskOnly.min),
    cachedMs: cached.median,
    /** What a sweep sees: how many times as fast as PyTorch a step is whose hidden states are there. */
    timesAsFast: toThousandths(reference.median / cached.median),
    runs: asked.rounds * asked.steps,
    threads,
    milliseconds: wall,
    cpuMilliseconds: cpu,
    peakMemoryMiB: { ours: peak([...rounds.ours, ...rounds.cached]), reference: peak(rounds.reference) },
    ...{ task, tokens: tokensOf(texts), batches: asked.steps },
    case: stepCase(layer),
  };
}

function mapSides<Of>(rounds: Rounds, of: (side: Round[]) => Of): Record<keyof Rounds, Of> {
  const { ours, cached, reference, maskOnly } = rounds;
  return { ours: of(ours), cached: of(cached), reference: of(reference), maskOnly: of(maskOnly) };
}

export function stepReport(found: StepFound): string {
  const line = (name: string, side: keyof Rounds) => {
    const { min, median, max } = found.milliseconds[side];
    const columns = [min, median, max, found.cpuMilliseconds[side].median];
    return `${name.padEnd(42)} ${columns.map((ms) => ms.toFixed(0).padStart(7)).join(' ')}\n`;
  };
  const { peakMemoryMiB: peak, kernelCallsPerStep: kernels } = found;
  return [
    `${found.task}: ${found.tokens.mean.toFixed(1)} tokens a sentence, ${found.tokens.padded.toFixed(1)} with padding\n`,
    `${`ms a step (${found.runs} runs, ${found.threads} threads)`.padEnd(42)}     min  median     max     cpu\n`,
    line(`ours, ${found.ours.version}`, 'ours'),
    line(found.reference.version, 'reference'),
    line('  its last layer at the mask alone', 'maskOnly'),
    line('ours, hidden states given', 'cached'),
    `ratio ${found.ratio} (minima ${found.ratioOfMinima}, cpu ${found.ratioOfCpuTime}); `,
    `to the mask-only reference ${found.ratioToMaskOnly}; with hidden states given ${found.timesAsFast} times as fast\n`,
    `peak memory ${peak.ours} MiB against ${peak.reference} MiB; `,
    `${kernels.all} kernel calls a step, ${kernels.cached} with hidden states given\n`,
  ].join('');
}
