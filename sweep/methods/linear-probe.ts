// Pure: a linear probe (Alain & Bengio 2017, arXiv 1610.01644): a linear classifier of the frozen model's vector at the mask.
import type { MethodDescriptor } from './descriptor.ts';

export interface LinearProbeSettings {
  method: 'linear-probe';
}

export const linearProbe: MethodDescriptor<LinearProbeSettings, Record<string, never>> = {
  name: 'linear-probe',
  settings: {},
  usual: () => ({ learningRate: 1e-2 }),
  passes: 2,
  firstTouchedLayer: (_, layers) => layers,
  inputLayers: (_, layers) => [layers],
  trainable: (_, { hiddenSize, labels }) => hiddenSize * labels + labels,
};
