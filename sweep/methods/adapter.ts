// Pure: adapters (Houlsby et al. 2019, arXiv 1902.00751): a small network behind the attention and behind the feed-forward of
// every layer, and the layer's LayerNorms trained with it. A bottleneck of 64 is the paper's for its larger backbone.
import { type Inside, linearSize, type MethodDescriptor, SHARED, type Sizes } from './descriptor.ts';

export interface AdapterSettings {
  method: 'adapter';
  /** Width m inside each adapter. */
  bottleneck: number;
}

export const adapter: MethodDescriptor<AdapterSettings, Omit<AdapterSettings, 'method'>> = {
  name: 'adapter',
  settings: { bottleneck: { ...SHARED.bottleneck, usual: [64] } },
  usual: () => ({ learningRate: 3e-4 }),
  passes: 2,
  firstTouchedLayer: () => 0,
  inputLayers: () => [0],
  trainable: ({ bottleneck }, sizes) => sizes.layers * adaptedLayerSize(bottleneck, sizes),
  inside: adaptersInside,
};

/** Two adapters of 2·D·m + m + D, and gain and bias of two LayerNorms. */
export function adaptedLayerSize(bottleneck: number, { hiddenSize }: Pick<Sizes, 'hiddenSize'>): number {
  return 2 * (linearSize(hiddenSize, bottleneck) + linearSize(bottleneck, hiddenSize)) + 4 * hiddenSize;
}

/** Of both adapters of a layer. */
export function adaptersInside(
  { bottleneck }: { bottleneck: number },
  { hiddenSize }: Pick<Sizes, 'hiddenSize'>,
): Inside {
  return { keptOfRow: 2 * (4 * hiddenSize + 3 * bottleneck), keptOfPair: 0 };
}
