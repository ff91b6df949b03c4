// Pure: P-tuning v2 (Liu et al. 2022, arXiv 2110.07602; Li & Liang 2021, arXiv 2101.00190): trained keys and values in
// front of every layer's own, optionally made by a small network from one table (reparameterisation).
import { oneOf } from '../choices.ts';
import { linearSize, type MethodDescriptor, SHARED } from './descriptor.ts';

const REPARAMETERISATIONS = ['none', 'mlp'] as const;

interface PTuningFields {
  promptLength: number;
  reparameterisation: (typeof REPARAMETERISATIONS)[number];
  bottleneck: number;
  dropout: number;
}

export type PTuningSettings = { method: 'p-tuning-v2'; promptLength: number; dropout: number } & (
  { reparameterisation: 'none' } | { reparameterisation: 'mlp'; bottleneck: number }
);

export const pTuningV2: MethodDescriptor<PTuningSettings, PTuningFields> = {
  name: 'p-tuning-v2',
  revision: 2, // dropout of each example's own
  settings: {
    promptLength: { ...SHARED.promptLength, usual: [20] },
    reparameterisation: { domain: oneOf(REPARAMETERISATIONS), usual: ['none'] },
    bottleneck: { ...SHARED.bottleneck, usual: [512] },
    dropout: { ...SHARED.dropout, usual: [0.1] },
  },
  usual: () => ({ learningRate: 5e-3 }),
  passes: 2,
  crossings: ({ promptLength = [], reparameterisation = [], bottleneck = [], dropout = [] }) =>
    reparameterisation.map((way) => ({
      ...{ method: ['p-tuning-v2'], promptLength, reparameterisation: [way] },
      ...(way === 'mlp' ? { bottleneck } : {}),
      dropout,
    })),
  firstTouchedLayer: () => 0,
  inputLayers: () => [0],
  /** 2·L·p·D; with an MLP p·D + D·m + m + m·2·L·D + 2·L·D. */
  trainable: (settings, { hiddenSize, layers }) => {
    const { promptLength } = settings;
    const outputs = 2 * layers * hiddenSize;
    if (settings.reparameterisation === 'none') return promptLength * outputs;
    const { bottleneck } = settings;
    return promptLength * hiddenSize + linearSize(hiddenSize, bottleneck) + linearSize(bottleneck, outputs);
  },
  inside: (_, { hiddenSize }) => ({ keptOfRow: 5 * hiddenSize, keptOfPair: 1 }),
  promptShape: ({ promptLength }) => ({ insertionLayer: null, promptLength, generator: null }),
};
