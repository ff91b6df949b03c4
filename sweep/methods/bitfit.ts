// Pure: BitFit (Ben Zaken et al. 2022, arXiv 2106.10199): the biases of the layers are trained, all of them or the two kinds
// that the paper found to do most (of the query and of the first feed-forward matrix).
import { oneOf } from '../choices.ts';
import type { MethodDescriptor } from './descriptor.ts';

const BIASES = ['all', 'query-and-intermediate'] as const;

export interface BitFitSettings {
  method: 'bitfit';
  biases: (typeof BIASES)[number];
}

export const bitFit: MethodDescriptor<BitFitSettings, Omit<BitFitSettings, 'method'>> = {
  name: 'bitfit',
  settings: { biases: { domain: oneOf(BIASES), usual: ['all'] } },
  usual: () => ({ learningRate: 1e-3 }),
  passes: 2,
  firstTouchedLayer: () => 0,
  inputLayers: () => [0],
  inside: () => ({ keptOfRow: 0, keptOfPair: 0 }),
  /** In each layer 7·D + F: five linear maps of width D, two LayerNorms, and the first feed-forward matrix. */
  trainable: ({ biases }, { layers, hiddenSize, intermediateSize }) =>
    layers * ((biases === 'all' ? 7 : 1) * hiddenSize + intermediateSize),
};
