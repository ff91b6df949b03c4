// A linear probe (Alain & Bengio 2017, arXiv 1610.01644): a linear classifier of the frozen model's vector at the mask.
import { tidy, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { crossEntropy, crossEntropyWeightGradients } from '../cross-entropy.ts';
import { linear } from '../linear.ts';
import { withOwnGradient } from '../own-gradient.ts';
import { meanStep } from '../steps/mean.ts';
import { trainedLinear } from '../trained.ts';
import type { Start, Tuning } from '../tuning.ts';

export function tuneProbe({ backbone, trainSeed, labels }: Start): Tuning {
  const { layers, hiddenSize } = backbone.config;
  const probe = trainedLinear('probe', { inputs: hiddenSize, outputs: labels, trainSeed }); // [C, D]
  const { weight, bias } = probe.linear;
  return {
    ...{ trained: probe.trained, firstTouchedLayer: layers, inputLayers: [layers] },
    head: {
      loss: (maskVectors, { label }) =>
        meanStep(
          withOwnGradient({
            inputs: [weight, bias],
            forward: () => {
              const { losses, activations } = crossEntropy(maskVectors, probe.linear, {
                target: label,
                weightsToo: true,
              });
              return { output: losses, kept: activations };
            },
            backward: (gradient: Tensor1D, kept) => {
              const found = crossEntropyWeightGradients(gradient, probe.linear, kept);
              return [found.weight, found.bias];
            },
          }),
        ),
      scores: (maskVectors): Tensor2D => tidy(() => linear(maskVectors, probe.linear)), // [B, C]
    },
  };
}
