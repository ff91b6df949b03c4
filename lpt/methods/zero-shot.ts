// The floor: the backbone as it was pretrained reads the template; nothing is trained.
import { tidy } from '@tensorflow/tfjs-core';
import { wordHead, type Backbone } from '../backbone.ts';
import { maskVector } from '../mask-vector.ts';
import type { Batch, Method } from '../method.ts';
import { maskLoss, scoreWords } from '../word-head.ts';
import { hiddenOf } from './input.ts';

export function createZeroShot(backbone: Backbone): Method {
  const head = wordHead(backbone);
  const atMask = (batch: Batch) => {
    const { attentionMask, maskPosition } = batch;
    return maskVector({ backbone, from: 0, hidden: hiddenOf(batch, 0), attentionMask, maskPosition }, 'nothing'); // [B, 1, D]
  };
  return {
    inputLayer: 0,
    trained: [],
    loss: (batch) => tidy(() => maskLoss(head, { maskVector: atMask(batch), target: batch.target }, 'input')),
    scores: (batch, labelWordIds) => tidy(() => scoreWords(head, atMask(batch), labelWordIds)), // [B, C]
    dispose: () => undefined,
  };
}
