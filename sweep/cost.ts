// Pure: what a sweep will cost, in layer-forwards, arithmetic, seconds, memory and disk.
import { highestInputLayer, layerFlops, taskOf, testSize, trialArithmetic } from './arithmetic.ts';
import { databaseMiB, hiddenStatesMiB } from './disk.ts';
import type { SweepFacts } from './facts.ts';
import { keptExamples, keptLayers } from './kept-training.ts';
import { BASES, type Basis, type Speed, Speeds } from './measured.ts';
import { descriptorOf } from './methods/index.ts';
import type { MethodName } from './methods/settings.ts';
import type { Plan, PlannedTrial } from './plan.ts';
import { sum } from './statistics.ts';
import type { Trial } from './trial.ts';

export interface MethodCost {
  method: MethodName;
  trials: number;
  /** In one step, over this method's trials: 2(L − k) each for LPT. */
  meanLayerForwardsPerStep: number;
  flops: number;
  seconds: number;
}

export interface Estimate {
  trials: number;
  /** Forward passes of a batch through a layer, over all training steps. */
  layerForwards: number;
  /** The filling of the kept hidden states included. */
  flops: number;
  cacheFlops: number;
  /** One trial after another on one device. */
  seconds: number;
  /** Peak of the trainer, for the hungriest trial, as reckoned. */
  memoryMiB: number;
  /** The most that an earlier trial of these methods took; null where none was measured. */
  measuredMemoryMiB: number | null;
  /** What Postgres grows by. */
  databaseMiB: number;
  /** What the hidden states take, where all of them are kept. */
  hiddenStatesMiB: number;
  /** Of the backbone on this device. */
  speed: Speed;
  /** What the trials' speeds were measured on: how many trials each. */
  bases: { basis: Basis; trials: number }[];
  byMethod: MethodCost[];
}

interface Costed {
  planned: PlannedTrial;
  /** Layer-forwards of a step. */
  layers: number;
  speed: Speed;
  seconds: number;
}

/** @param facts the same that the plan was expanded with; `speeds` of one device */
export function estimate(plan: Pick<Plan, 'trials'>, facts: SweepFacts, speeds = new Speeds([])): Estimate {
  const { trials } = plan;
  const costed = trials.map((planned) => costOf(planned, facts, speeds));
  const speed = speeds.overall();
  const cacheFlops = fillingFlops(plan, facts);
  const methods = [...new Set(trials.map(({ trial }) => trial.method.method))];
  return {
    trials: trials.length,
    layerForwards: sum(costed.map(({ planned, layers }) => layers * planned.trial.training.steps)),
    flops: sum(trials.map((planned) => planned.flops)) + cacheFlops,
    ...{ cacheFlops, speed },
    seconds: sum(costed.map(({ seconds }) => seconds)) + cacheFlops / (speed.gflopsPerSecond * 1e9),
    memoryMiB: trials.reduce((largest, { memoryMiB }) => Math.max(largest, memoryMiB), 0),
    measuredMemoryMiB: speeds.peakMemoryMiB(methods),
    databaseMiB: databaseMiB(trials, facts),
    hiddenStatesMiB: hiddenStatesMiB(trials, facts),
    bases: BASES.map((basis) => ({ basis, trials: costed.filter((cost) => cost.speed.basis === basis).length })),
    byMethod: methods.map((method) => methodCost(method, costed)),
  };
}

function costOf(planned: PlannedTrial, facts: SweepFacts, speeds: Speeds): Costed {
  const { trial } = planned;
  const insertionLayer = descriptorOf(trial.method.method).promptShape?.(trial.method).insertionLayer ?? null;
  const speed = speeds.of({ trial, insertionLayer });
  const seconds = planned.flops / (speed.gflopsPerSecond * 1e9) + speed.overheadSeconds;
  return { planned, layers: layersPerStep(planned, facts), speed, seconds };
}

function methodCost(method: MethodName, costed: readonly Costed[]): MethodCost {
  const own = costed.filter(({ planned }) => planned.trial.method.method === method);
  return {
    ...{ method, trials: own.length },
    meanLayerForwardsPerStep: sum(own.map(({ layers }) => layers)) / own.length,
    flops: sum(own.map(({ planned }) => planned.flops)),
    seconds: sum(own.map(({ seconds }) => seconds)),
  };
}

function layersPerStep({ trial }: PlannedTrial, facts: SweepFacts): number {
  return trialArithmetic(trial, facts.backbone, taskOf(trial, facts)).layerForwardsPerStep;
}

/** Every example that is kept goes once through the layers below the highest that is read; test examples are the same for all seeds. */
function fillingFlops(plan: Pick<Plan, 'trials'>, facts: SweepFacts): number {
  const { backbone } = facts;
  return sum(
    distinctBy(keepingTrials(plan, facts), ({ task }) => task.name).map((sample) => {
      const task = taskOf(sample, facts);
      const own = keepingTrials(plan, facts).filter((trial) => trial.task.name === sample.task.name);
      const highest = Math.max(...own.map(({ method }) => highestInputLayer(method, backbone)));
      const draws = new Map<string, number>();
      for (const trial of own) {
        const draw = `${trial.dataSeed} ${JSON.stringify(trial.regime)}`;
        draws.set(draw, Math.max(draws.get(draw) ?? 0, keptExamples({ trial, task, backbone })));
      }
      const examples = sum([...draws.values()]);
      return (examples + testSize(sample, task)) * highest * layerFlops(backbone, task.meanTokens);
    }),
  );
}

/** Those that read hidden states which are kept. */
function keepingTrials(plan: Pick<Plan, 'trials'>, facts: SweepFacts): Trial[] {
  return plan.trials.map(({ trial }) => trial).filter(({ method }) => keptLayers(method, facts.backbone).length > 0);
}

function distinctBy<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
