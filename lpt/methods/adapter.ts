// Adapters (Houlsby et al. 2019, arXiv 1902.00751): y + W₂ gelu(W₁ y + b₁) + b₂ behind the attention and behind the feed-forward of
// a layer, before the residual, and the layer's two LayerNorms trained with them. AdapterDrop (Rücklé et al. 2021, arXiv
// 2010.11918) leaves the first n layers as they are.
import type { Rank } from '@tensorflow/tfjs-core';
import type { RowChange } from '../layer-changes.ts';
import { addStep, biasGeluStep } from '../steps/elementwise.ts';
import { linearStep, productStep } from '../steps/linear.ts';
import { type TrainedVariable, namedLinear, normalVariable, zeroVariable } from '../trained.ts';
import type { Start, Tuning } from '../tuning.ts';
import { tunedCopy } from '../tuned-copy.ts';

/** Weights start near zero, and an adapter near doing nothing. */
const DEVIATION = 0.01;

/** @param droppedLayers n: 0 for adapters in every layer */
export function tuneAdapters(
  { bottleneck, droppedLayers }: { bottleneck: number; droppedLayers: number },
  { backbone, trainSeed }: Start,
): Tuning {
  const { layers, hiddenSize } = backbone.config;
  const sizes = { hiddenSize, bottleneck, trainSeed };
  const adapted = Array.from({ length: layers - droppedLayers }, (_, index) => {
    const at = `layers.${droppedLayers + index}`;
    return {
      attention: createAdapter(`${at}.attentionAdapter`, sizes),
      feedForward: createAdapter(`${at}.feedForwardAdapter`, sizes),
    };
  });
  const norms = tunedCopy(backbone, (name) => {
    const layer = /^layers\.(\d+)\.(?:attentionNorm|outputNorm)\./.exec(name)?.[1];
    return layer !== undefined && Number(layer) >= droppedLayers;
  });
  const ofAdapters = adapted.flatMap(({ attention, feedForward }) => [...attention.trained, ...feedForward.trained]);
  return {
    ...{ firstTouchedLayer: droppedLayers, inputLayers: [droppedLayers] },
    trained: [...ofAdapters, ...norms.trained],
    backbone: norms.backbone,
    changes: (layer) => {
      const inside = adapted[layer - droppedLayers];
      return inside ? { afterAttention: inside.attention.run, afterFeedForward: inside.feedForward.run } : null;
    },
  };
}

interface Adapter {
  trained: TrainedVariable[];
  run: RowChange;
}

function createAdapter(
  name: string,
  { hiddenSize, bottleneck, trainSeed }: { hiddenSize: number; bottleneck: number; trainSeed: number },
): Adapter {
  const create = (part: string, inputs: number, outputs: number) => {
    const shape: [number, number] = [outputs, inputs];
    const weight = normalVariable<Rank.R2>({ name: `${name}.${part}.weight`, shape, trainSeed }, DEVIATION);
    return namedLinear(`${name}.${part}`, { weight, bias: zeroVariable<Rank.R1>([outputs]) });
  };
  const down = create('down', hiddenSize, bottleneck); // [m, D]
  const up = create('up', bottleneck, hiddenSize); // [D, m]
  return {
    trained: [...down.trained, ...up.trained],
    run: (rows) => {
      const narrow = biasGeluStep(productStep(rows, down.linear), down.linear.bias); // [N, m]
      return addStep(rows, linearStep(narrow, up.linear)); // [N, D]
    },
  };
}
