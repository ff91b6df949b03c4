// LoRA (Hu et al. 2022, arXiv 2106.09685): W x + (alpha / rank) B A x for the chosen matrices of every layer. A starts as
// torch.nn.Linear's weights do, B at zero, so a trial starts from the backbone itself.
import { matMul, mul, tidy, type Rank, type Tensor2D, type Variable } from '@tensorflow/tfjs-core';
import type { LoraSettings, LoraTarget } from '../../sweep/methods/lora.ts';
import type { BackboneConfig } from '../../sweep/backbone-config.ts';
import type { RowChange } from '../layer-changes.ts';
import { dropoutStep } from '../steps/dropout.ts';
import { step } from '../steps/step.ts';
import { type TrainedVariable, uniformVariable, zeroVariable } from '../trained.ts';
import type { Pass, Start, Tuning } from '../tuning.ts';

export function tuneLora(settings: LoraSettings, { backbone, trainSeed }: Start): Tuning {
  const { config } = backbone;
  const pairs = Array.from({ length: config.layers }, (_, layer) =>
    settings.targets.map((target) => createPair(`layers.${layer}.${target}`, target, { settings, config, trainSeed })),
  );
  return {
    ...{ firstTouchedLayer: 0, inputLayers: [0] },
    trained: pairs.flat().flatMap(({ trained }) => trained),
    changes: (layer, pass) => ({
      deltas: Object.fromEntries(pairs[layer]?.map((pair) => [pair.target, deltaOf(pair, settings, pass)]) ?? []),
    }),
  };
}

interface Pair {
  name: string;
  target: LoraTarget;
  down: Variable<Rank.R2>; // A [r, in]
  up: Variable<Rank.R2>; // B [out, r]
  trained: TrainedVariable[];
}

interface NewPair {
  settings: LoraSettings;
  config: BackboneConfig;
  trainSeed: number;
}

function createPair(name: string, target: LoraTarget, { settings: { rank }, config, trainSeed }: NewPair): Pair {
  const inputs = target === 'output' ? config.intermediateSize : config.hiddenSize;
  const outputs = target === 'intermediate' ? config.intermediateSize : config.hiddenSize;
  const bound = 1 / Math.sqrt(inputs);
  const down = uniformVariable<Rank.R2>({ name: `${name}.down`, shape: [rank, inputs], trainSeed }, bound);
  const up = zeroVariable<Rank.R2>([outputs, rank]);
  const trained = [
    { name: `${name}.down`, variable: down, decays: true },
    { name: `${name}.up`, variable: up, decays: true },
  ];
  return { name, target, down, up, trained };
}

function deltaOf(pair: Pair, { alpha, rank, dropout: rate }: LoraSettings, { dropoutSeed: seed }: Pass): RowChange {
  return (rows, places) =>
    lowRank(dropoutStep<Rank.R2>(rows, { seed, rate, rows: places, name: `${pair.name}.dropout` }), pair, alpha / rank);
}

/** scale · B A x: [N, in] to [N, out]. */
function lowRank(rows: Tensor2D, { down, up }: Pick<Pair, 'down' | 'up'>, scale: number): Tensor2D {
  return step({
    flowing: [rows, down, up],
    forward: () => {
      const narrow = matMul<Tensor2D>(rows, down, false, true); // [N, r]
      return { output: tidy(() => mul<Tensor2D>(matMul(narrow, up, false, true), scale)), kept: { rows, narrow } };
    },
    backward: (gradient: Tensor2D, kept) => {
      const scaled = mul<Tensor2D>(gradient, scale); // [N, out]
      const toNarrow = matMul<Tensor2D>(scaled, up); // [N, r]
      return [
        () => matMul(toNarrow, down),
        () => matMul(toNarrow, kept.rows, true),
        () => matMul(scaled, kept.narrow, true),
      ];
    },
  });
}
