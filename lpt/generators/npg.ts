// The naive prompt generator: P = reshape(W₂ relu(W₁ h + b₁) + b₂, [p, D]) with h the first token's vector of H_k.
import { mul, relu, reshape, slice, step, tensor2d } from '@tensorflow/tfjs-core';
import type { Rank, Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { linear, linearInputGradient, linearWeightGradients, type Linear } from '../linear.ts';
import { withOwnGradient } from '../own-gradient.ts';
import { dropoutMask } from '../random.ts';
import { trainedLinear } from '../trained.ts';
import { tensorsLike, tensorsOf } from '../weights.ts';
import type { PromptGenerator } from './generator.ts';

export interface NpgSettings {
  promptLength: number;
  hiddenSize: number;
  /** m. */
  bottleneck: number;
  /** Rate at which numbers of the generated prompt are dropped in training. */
  dropout: number;
  trainSeed: number;
}

interface NpgWeights {
  down: Linear; // [m, D]
  up: Linear; // [p·D, m]
}

interface Kept {
  first: Tensor2D; // [B, D]
  bottlenecked: Tensor2D; // [B, m]
  mask?: Tensor2D; // [B, p·D]
}

export function createNpg(settings: NpgSettings): PromptGenerator {
  const { promptLength, hiddenSize, bottleneck, dropout, trainSeed } = settings;
  const down = trainedLinear('generator.down', { inputs: hiddenSize, outputs: bottleneck, trainSeed });
  const up = trainedLinear('generator.up', { inputs: bottleneck, outputs: promptLength * hiddenSize, trainSeed });
  const weights: NpgWeights = { down: down.linear, up: up.linear };
  return {
    trained: [...down.trained, ...up.trained],
    prompt: (hidden, dropoutSeed) =>
      withOwnGradient({
        inputs: tensorsOf(weights),
        forward: () => {
          const { generated, kept } = generate(weights, hidden, { rate: dropout, seed: dropoutSeed });
          return { output: reshape(generated, [hidden.shape[0], promptLength, hiddenSize]), kept }; // [B, p, D]
        },
        backward: (gradient: Tensor3D, kept) => backward(weights, gradient, kept),
      }),
  };
}

function generate(
  { down, up }: NpgWeights,
  hidden: Tensor3D,
  { rate, seed }: { rate: number; seed: number | null },
): { generated: Tensor2D; kept: Kept } {
  const first = firstToken(hidden); // [B, D]
  const bottlenecked = relu(linear(first, down)); // [B, m]
  const generated = linear(bottlenecked, up); // [B, p·D]
  if (seed === null || rate === 0) return { generated, kept: { first, bottlenecked } };
  const mask = tensor2d(dropoutMask({ seed, name: 'dropout' }, generated.size, rate), generated.shape); // [B, p·D]
  return { generated: mul(generated, mask), kept: { first, bottlenecked, mask } };
}

function firstToken(hidden: Tensor3D): Tensor2D {
  const [batch, , width] = hidden.shape;
  return reshape(slice(hidden, [0, 0, 0], [batch, 1, width]), [batch, width]); // [B, D]
}

function backward(weights: NpgWeights, gradient: Tensor3D, { first, bottlenecked, mask }: Kept): Tensor[] {
  const [batch, length, width] = gradient.shape;
  const flat = reshape<Rank.R2>(gradient, [batch, length * width]); // [B, p·D]
  const toGenerated = mask === undefined ? flat : mul<Tensor2D>(flat, mask); // [B, p·D]
  const toBottleneck = mul<Tensor2D>(linearInputGradient(toGenerated, weights.up), step(bottlenecked)); // [B, m]
  return tensorsLike(weights, {
    down: linearWeightGradients(toBottleneck, first),
    up: linearWeightGradients(toGenerated, bottlenecked),
  });
}
