// From what a way of tuning says of itself to a method that can be trained: loss and scores, written once for all of them.
import { tidy } from '@tensorflow/tfjs-core';
import { wordHead, type Backbone } from './backbone.ts';
import { jointTuningOf } from './joint/rider.ts';
import type { Method } from './method.ts';
import { maskLoss, scoreWords } from './word-head.ts';
import type { TunedHead, Tuning } from './tuning.ts';
import { maskVector } from './walk.ts';

export interface Tuned {
  backbone: Backbone;
  tuning: Tuning;
  frozenDropout: boolean;
}

export function methodOf({ backbone, tuning, frozenDropout }: Tuned): Method {
  const head = tuning.head ?? headOf(tuning.backbone ?? backbone, tuning);
  const shared = { backbone, tuning, frozenDropout };
  return {
    ...{ inputLayers: tuning.inputLayers, trained: tuning.trained, joint: jointTuningOf(tuning, frozenDropout) },
    loss: (batch, dropoutSeed) =>
      tidy(() => head.loss(maskVector({ ...shared, batch, dropoutSeed, forGradient: true }), batch)),
    scores: (batch, labelWordIds) =>
      tidy(() => {
        const walk = { ...shared, frozenDropout: false, batch, dropoutSeed: null, forGradient: false };
        return head.scores(maskVector(walk), labelWordIds); // [B, C]
      }),
    dispose: () => {
      for (const { variable } of tuning.trained) variable.dispose();
    },
  };
}

/** The backbone's own: the label's word is predicted at the mask, over the whole vocabulary. */
function headOf(backbone: Backbone, { trainsAll = false }: { trainsAll?: boolean }): TunedHead {
  const head = wordHead(backbone);
  return {
    loss: (vector, { target }) =>
      maskLoss(head, { maskVector: vector, target }, trainsAll ? 'input and weights' : 'input'),
    scores: (vector, labelWordIds) => scoreWords(head, vector, labelWordIds),
  };
}
