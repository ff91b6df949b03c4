// Pure: LoRA (Hu et al. 2022, arXiv 2106.09685): a low-rank product beside some of the frozen matrices,
// W x + (alpha / rank) B A x. Its usual values are those of the paper's RoBERTa runs (table 9).
import { numberAbove, oneOf, oneOrSeveral } from '../choices.ts';
import type { BackboneFacts } from '../facts.ts';
import type { Problem } from '../problem.ts';
import { type MethodDescriptor, POSITIVE, SHARED, type Sizes } from './descriptor.ts';

export const LORA_TARGETS = ['query', 'key', 'value', 'attentionOutput', 'intermediate', 'output'] as const;
export type LoraTarget = (typeof LORA_TARGETS)[number];

interface LoraFields {
  rank: number;
  alpha: number;
  targets: LoraTarget | LoraTarget[];
  dropout: number;
}

export interface LoraSettings {
  method: 'lora';
  rank: number;
  alpha: number;
  /** In the order of `LORA_TARGETS`. */
  targets: LoraTarget[];
  dropout: number;
}

export const lora: MethodDescriptor<LoraSettings, LoraFields> = {
  name: 'lora',
  settings: {
    rank: { domain: POSITIVE, usual: [8] },
    alpha: { domain: numberAbove(0, 1e4), usual: [16] },
    targets: { domain: { ...oneOrSeveral(oneOf(LORA_TARGETS)), normal: inOrder }, usual: [['query', 'value']] },
    dropout: { ...SHARED.dropout, usual: [0] },
  },
  usual: () => ({ learningRate: 5e-4 }),
  passes: 2,
  // A sweep of before may have stored its targets in another order.
  crossings: ({ rank = [], alpha = [], targets = [], dropout = [] }) => [
    { method: ['lora'], rank, alpha, targets: targets.map(inOrder), dropout },
  ],
  firstTouchedLayer: () => 0,
  inputLayers: () => [0],
  /** L · Σ r · (inputs + outputs) over the targets. */
  trainable: ({ rank, targets }, sizes) =>
    sizes.layers *
    targets.reduce((sum, target) => sum + rank * (inputsOf(target, sizes) + outputsOf(target, sizes)), 0),
  inside: ({ rank, targets }, sizes) => ({
    keptOfRow: targets.reduce(
      (sum, target) => sum + 3.5 * (inputsOf(target, sizes) + outputsOf(target, sizes)) + 2 * rank,
      0,
    ),
    keptOfPair: 0,
  }),
  problems: rankProblems,
};

function inOrder(targets: LoraTarget | LoraTarget[]): LoraTarget[] {
  return LORA_TARGETS.filter((target) => (Array.isArray(targets) ? targets.includes(target) : targets === target));
}

function inputsOf(
  target: LoraTarget,
  { hiddenSize, intermediateSize }: Pick<Sizes, 'hiddenSize' | 'intermediateSize'>,
) {
  return target === 'output' ? intermediateSize : hiddenSize;
}

function outputsOf(
  target: LoraTarget,
  { hiddenSize, intermediateSize }: Pick<Sizes, 'hiddenSize' | 'intermediateSize'>,
) {
  return target === 'intermediate' ? intermediateSize : hiddenSize;
}

/** A product of a higher rank than the matrix has more numbers and says no more. */
function rankProblems({ rank }: LoraSettings, { name, hiddenSize }: BackboneFacts): Problem[] {
  if (rank <= hiddenSize) return [];
  return [{ field: 'rank', expected: `at most ${hiddenSize}, the width of ${name}`, found: String(rank) }];
}
