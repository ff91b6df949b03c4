// Late prompt tuning: a trained prompt joins the output of layer k of the frozen backbone. With k = 0 and no generator
// it is prompt tuning.
import { tidy } from '@tensorflow/tfjs-core';
import { wordHead, type Backbone } from '../backbone.ts';
import type { GradientTo } from '../encoder-layer.ts';
import type { PromptGenerator } from '../generators/generator.ts';
import { maskVector } from '../mask-vector.ts';
import type { Batch, Method } from '../method.ts';
import { maskLoss, scoreWords } from '../word-head.ts';
import { hiddenOf } from './input.ts';

export interface LatePromptSettings {
  backbone: Backbone;
  /** k. */
  insertionLayer: number;
  generator: PromptGenerator;
}

export function createLatePrompt({ backbone, insertionLayer, generator }: LatePromptSettings): Method {
  const head = wordHead(backbone);
  const atMask = (batch: Batch, dropoutSeed: number | null, gradientTo: GradientTo) => {
    const { attentionMask, maskPosition } = batch;
    const hidden = hiddenOf(batch, insertionLayer); // [B, T, D]
    const prompt = generator.prompt({ hidden, maskPosition }, dropoutSeed); // [B, p, D]
    return maskVector({ backbone, from: insertionLayer, hidden, prompt, attentionMask, maskPosition }, gradientTo);
  };
  return {
    inputLayer: insertionLayer,
    trained: generator.trained,
    loss: (batch, dropoutSeed) =>
      tidy(() => {
        const vector = atMask(batch, dropoutSeed, 'input'); // [B, 1, D]
        return maskLoss(head, { maskVector: vector, target: batch.target }, 'input');
      }),
    scores: (batch, labelWordIds) => tidy(() => scoreWords(head, atMask(batch, null, 'nothing'), labelWordIds)), // [B, C]
    dispose: () => {
      for (const { variable } of generator.trained) variable.dispose();
    },
  };
}
