// A trial's part in a joint step.
import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { Backbone } from '../backbone.ts';
import type { Batch } from '../method.ts';
import type { DropoutSeed } from '../random.ts';
import type { Text, Tuning } from '../tuning.ts';

/** What a method says of itself where it only puts prompts in front: others leave no layer to share. */
export type JointTuning = Pick<Tuning, 'firstTouchedLayer'> & Required<Pick<Tuning, 'prompts'>>;

export interface Rider {
  tuning: JointTuning;
  batch: Batch;
  /** Of each example of the batch, known without asking the device. */
  rows: readonly { length: number; maskPosition: number }[];
  dropoutSeed: DropoutSeed;
}

/** Null where the method changes more than what stands in front of the text, or reads its own head. */
export function jointTuningOf(tuning: Tuning, frozenDropout: boolean): JointTuning | null {
  const { prompts, firstTouchedLayer } = tuning;
  const isElsewhereToo = 'changes' in tuning || 'head' in tuning || 'backbone' in tuning;
  if (frozenDropout || isElsewhereToo || tuning.trained.length === 0) return null;
  return prompts?.has(firstTouchedLayer) === true ? { prompts, firstTouchedLayer } : null;
}

/** The prompt that joins the output of a layer, [B, p, D]; null where none does. */
export function promptOf(rider: Rider, layer: number, hidden: () => Tensor3D): Tensor3D | null {
  const make = rider.tuning.prompts.get(layer);
  if (make === undefined) return null;
  const { attentionMask, maskPosition } = rider.batch;
  const text: Text = { hidden: hidden(), attentionMask, maskPosition };
  return make(text, rider);
}

export interface JointCall {
  backbone: Backbone;
  riders: readonly Rider[];
}
