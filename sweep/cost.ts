// Pure: what a sweep will cost, in layer-forwards, arithmetic, seconds and memory.
import { drawn, highestInputLayer, keptLayers, layerFlops, taskOf, testSize, trialArithmetic } from './arithmetic.ts';
import type { SweepFacts } from './facts.ts';
import type { Plan, PlannedTrial } from './plan.ts';
import type { MethodName, Trial } from './trial.ts';

export interface Speed {
  gflopsPerSecond: number;
  source: 'measured' | 'assumed';
  /** Finished trials that it was measured on. */
  trials: number;
}

/** About two CPU cores with native TensorFlow at small batches. */
export const ASSUMED_SPEED: Speed = { gflopsPerSecond: 100, source: 'assumed', trials: 0 };

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
  /** Peak of the trainer, for the hungriest trial. */
  memoryMiB: number;
  speed: Speed;
  byMethod: MethodCost[];
}

/** @param facts the same that the plan was expanded with */
export function estimate(plan: Plan, facts: SweepFacts, speed: Speed = ASSUMED_SPEED): Estimate {
  const perSecond = speed.gflopsPerSecond * 1e9;
  const costed = plan.trials.map((planned) => ({ planned, layers: layersPerStep(planned, facts) }));
  const cacheFlops = fillingFlops(plan, facts);
  const flops = sum(plan.trials.map((planned) => planned.flops)) + cacheFlops;
  const methods = [...new Set(plan.trials.map(({ trial }) => trial.method.method))];
  return {
    trials: plan.trials.length,
    layerForwards: sum(costed.map(({ planned, layers }) => layers * planned.trial.training.steps)),
    ...{ flops, cacheFlops, speed },
    seconds: flops / perSecond,
    memoryMiB: plan.trials.reduce((largest, { memoryMiB }) => Math.max(largest, memoryMiB), 0),
    byMethod: methods.map((method) => {
      const own = costed.filter(({ planned }) => planned.trial.method.method === method);
      const spent = sum(own.map(({ planned }) => planned.flops));
      const layers = sum(own.map((cost) => cost.layers)) / own.length;
      return { method, trials: own.length, meanLayerForwardsPerStep: layers, flops: spent, seconds: spent / perSecond };
    }),
  };
}

function layersPerStep({ trial }: PlannedTrial, facts: SweepFacts): number {
  return trialArithmetic(trial, facts.backbone, taskOf(trial, facts)).layerForwardsPerStep;
}

/** Every example goes once through the layers below the highest that is read; test examples are the same for all seeds. */
function fillingFlops(plan: Plan, facts: SweepFacts): number {
  const { backbone } = facts;
  return sum(
    distinctBy(keepingTrials(plan, facts), ({ task }) => task.name).map((sample) => {
      const task = taskOf(sample, facts);
      const own = keepingTrials(plan, facts).filter((trial) => trial.task.name === sample.task.name);
      const highest = Math.max(...own.map(({ method }) => highestInputLayer(method, backbone)));
      const draws = distinctBy(own, ({ dataSeed, regime }) => `${dataSeed} ${JSON.stringify(regime)}`);
      const examples = sum(draws.map((trial) => drawn(trial, task)));
      return (examples + testSize(sample, task)) * highest * layerFlops(backbone, task.meanTokens);
    }),
  );
}

/** Those that read hidden states which are kept. */
function keepingTrials(plan: Plan, facts: SweepFacts): Trial[] {
  return plan.trials.map(({ trial }) => trial).filter(({ method }) => keptLayers(method, facts).length > 0);
}

function distinctBy<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
