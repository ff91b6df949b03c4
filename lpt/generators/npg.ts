// The naive prompt generator: P = reshape(W₂ relu(W₁ h + b₁) + b₂, [p, D]) with h the vector of H_k that stands for
// the text: the first token's, in a decoder the last one's.
import { mul, relu, reshape, step, tensor2d } from '@tensorflow/tfjs-core';
import type { Rank, Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Architecture } from '../backbone.ts';
import { linear, linearInputGradient, linearWeightGradients, type Linear } from '../linear.ts';
import { withOwnGradient } from '../own-gradient.ts';
import { dropoutMask } from '../random.ts';
import { summaryRows } from '../summary-position.ts';
import { trainedLinear } from '../trained.ts';
import { tensorsLike, tensorsOf } from '../weights.ts';
import type { PromptGenerator } from './generator.ts';

export interface NpgSettings {
  architecture: Architecture;
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
  summary: Tensor2D; // [B, D]
  bottlenecked: Tensor2D; // [B, m]
  mask?: Tensor2D; // [B, p·D]
}

export function createNpg(settings: NpgSettings): PromptGenerator {
  const { architecture, promptLength, hiddenSize, bottleneck, dropout, trainSeed } = settings;
  const down = trainedLinear('generator.down', { inputs: hiddenSize, outputs: bottleneck, trainSeed });
  const up = trainedLinear('generator.up', { inputs: bottleneck, outputs: promptLength * hiddenSize, trainSeed });
  const weights: NpgWeights = { down: down.linear, up: up.linear };
  return {
    trained: [...down.trained, ...up.trained],
    prompt: (text, dropoutSeed) =>
      withOwnGradient({
        inputs: tensorsOf(weights),
        forward: () => {
          const summary = summaryRows(architecture, text); // [B, D]
          const { generated, kept } = generate(weights, summary, { rate: dropout, seed: dropoutSeed });
          return { output: reshape(generated, [summary.shape[0], promptLength, hiddenSize]), kept }; // [B, p, D]
        },
        backward: (gradient: Tensor3D, kept) => backward(weights, gradient, kept),
      }),
  };
}

function generate(
  { down, up }: NpgWeights,
  summary: Tensor2D,
  { rate, seed }: { rate: number; seed: number | null },
): { generated: Tensor2D; kept: Kept } {
  const bottlenecked = relu(linear(summary, down)); // [B, m]
  const generated = linear(bottlenecked, up); // [B, p·D]
  if (seed === null || rate === 0) return { generated, kept: { summary, bottlenecked } };
  const mask = tensor2d(dropoutMask({ seed, name: 'dropout' }, generated.size, rate), generated.shape); // [B, p·D]
  return { generated: mul(generated, mask), kept: { summary, bottlenecked, mask } };
}

function backward(weights: NpgWeights, gradient: Tensor3D, { summary, bottlenecked, mask }: Kept): Tensor[] {
  const [batch, length, width] = gradient.shape;
  const flat = reshape<Rank.R2>(gradient, [batch, length * width]); // [B, p·D]
  const toGenerated = mask === undefined ? flat : mul<Tensor2D>(flat, mask); // [B, p·D]
  const toBottleneck = mul<Tensor2D>(linearInputGradient(toGenerated, weights.up), step(bottlenecked)); // [B, m]
  return tensorsLike(weights, {
    down: linearWeightGradients(toBottleneck, summary),
    up: linearWeightGradients(toGenerated, bottlenecked),
  });
}
