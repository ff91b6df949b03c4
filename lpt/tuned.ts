// From what a way of tuning says of itself to a method that can be trained: loss and scores, written once for all of them.
import { tidy, type Tensor2D } from '@tensorflow/tfjs-core';
import { wordHead, type Backbone } from './backbone.ts';
import type { Method } from './method.ts';
import { maskLoss, scoreWords } from './word-head.ts';
import type { WalkingTuning } from './seats.ts';
import type { Pass, TunedHead, Tuning } from './tuning.ts';
import { maskVectors } from './walk.ts';

export interface Tuned {
  backbone: Backbone;
  tuning: Tuning;
  frozenDropout: boolean;
}

export function methodOf({ backbone, tuning, frozenDropout }: Tuned): Method {
  const tuned = { backbone: tuning.backbone ?? backbone, tuning, frozenDropout };
  const head = tuning.head ?? headOf(tuned.backbone, tuning);
  return {
    ...{ inputLayers: tuning.inputLayers, trained: tuning.trained, joint: jointTuningOf(tuned) },
    loss: (batch, dropoutSeed) => tidy(() => head.loss(vectorsOf(tuned, { batch, dropoutSeed }), batch)),
    scores: (batch, labelWordIds) =>
      tidy(() => head.scores(vectorsOf(tuned, { batch, dropoutSeed: null }), labelWordIds)),
    dispose: () => {
      for (const { variable } of tuning.trained) variable.dispose();
    },
  };
}

/** What the head reads, [B, D]. Without a dropout seed no gradient will be asked for. */
function vectorsOf({ backbone, tuning, frozenDropout }: Tuned, pass: Pass): Tensor2D {
  const forGradient = pass.dropoutSeed !== null;
  return maskVectors({ backbone, riders: [{ tuning, ...pass, frozenDropout }], forGradient });
}

/** Null where the method changes more than what stands in front of the text, or reads its own head. */
function jointTuningOf({ tuning, frozenDropout }: Tuned): WalkingTuning | null {
  const isElsewhereToo = 'changes' in tuning || 'head' in tuning || 'backbone' in tuning;
  if (frozenDropout || isElsewhereToo || tuning.trained.length === 0) return null;
  return tuning.prompts?.has(tuning.firstTouchedLayer) === true ? tuning : null;
}

/** The backbone's own: the label's word is predicted at the mask, over the whole vocabulary. */
function headOf(backbone: Backbone, { trainsAll = false }: { trainsAll?: boolean }): TunedHead {
  const head = wordHead(backbone);
  return {
    loss: (vectors, { target }) =>
      maskLoss(head, { maskVectors: vectors, target }, trainsAll ? 'input and weights' : 'input'),
    scores: (vectors, labelWordIds) => scoreWords(head, vectors, labelWordIds),
  };
}
