// Pure: AdapterDrop (Rücklé et al. 2021, arXiv 2010.11918): adapters that are absent from the first n layers, whose output is
// then constant. The paper's own n is 5 of 12 layers.
import { wholeNumber } from '../choices.ts';
import type { BackboneFacts } from '../facts.ts';
import type { Problem } from '../problem.ts';
import { adaptedLayerSize, adaptersInside } from './adapter.ts';
import { type MethodDescriptor, SHARED } from './descriptor.ts';

export interface AdapterDropSettings {
  method: 'adapter-drop';
  bottleneck: number;
  /** n: the first layers without an adapter. */
  droppedLayers: number;
}

export const adapterDrop: MethodDescriptor<AdapterDropSettings, Omit<AdapterDropSettings, 'method'>> = {
  name: 'adapter-drop',
  settings: {
    bottleneck: { ...SHARED.bottleneck, usual: [64] },
    droppedLayers: { domain: wholeNumber(1), usual: [5] },
  },
  usual: () => ({ learningRate: 3e-4 }),
  passes: 2,
  firstTouchedLayer: ({ droppedLayers }) => droppedLayers,
  inputLayers: ({ droppedLayers }) => [droppedLayers],
  trainable: ({ bottleneck, droppedLayers }, sizes) =>
    (sizes.layers - droppedLayers) * adaptedLayerSize(bottleneck, sizes),
  inside: adaptersInside,
  problems: droppedProblems,
};

function droppedProblems({ droppedLayers }: AdapterDropSettings, { name, layers }: BackboneFacts): Problem[] {
  if (droppedLayers < layers) return [];
  const expected = `from 1 to ${layers - 1}: ${name} has ${layers} layers, and one at least keeps its adapters`;
  return [{ field: 'droppedLayers', expected, found: String(droppedLayers) }];
}
