// The step that is measured: BERT-base, late prompt tuning with npg, five vectors at some layer, sixteen texts of 32 tokens.
import type { Batch } from '../lpt/method.ts';
import type { MethodSettings } from '../sweep/trial.ts';
import * as tf from '@tensorflow/tfjs-core';

const BATCH = 16;
const LENGTH = 32;

/** JSON: the other side reads it as well. */
export function stepCase(insertionLayer: number) {
  return {
    ...{ batch: BATCH, length: LENGTH, insertionLayer, promptLength: 5, bottleneck: 128 },
    ...{ learningRate: 1e-3, weightDecay: 0.1, clipNorm: 1 },
  };
}
export type StepCase = ReturnType<typeof stepCase>;

export function settingsOf({ insertionLayer, promptLength, bottleneck }: StepCase): MethodSettings {
  // Without dropout: the two sides draw different masks, and the losses should agree.
  return { method: 'lpt', insertionLayer, promptLength, generator: 'npg', bottleneck, dropout: 0 };
}

/** Ids all over the vocabulary; the numbers do not matter for time. */
export function caseInputs(): Record<
  'tokenIds' | 'maskPosition' | 'target',
  { shape: number[]; values: Float32Array }
> {
  const [batch, length] = [BATCH, LENGTH];
  const filled = (count: number, value: (index: number) => number) => new Float32Array(count).map((_, i) => value(i));
  return {
    tokenIds: { shape: [batch, length], values: filled(batch * length, (index) => 1000 + ((index * 7919) % 28000)) },
    maskPosition: { shape: [batch], values: filled(batch, (index) => length - 3 - (index % 4)) },
    target: { shape: [batch], values: filled(batch, (index) => (index % 2 === 0 ? 6659 : 2307)) },
  };
}

export function caseBatch(): Batch {
  const { tokenIds, maskPosition, target } = caseInputs();
  return {
    tokenIds: tf.tensor2d(Int32Array.from(tokenIds.values), [BATCH, LENGTH], 'int32'),
    attentionMask: tf.ones([BATCH, LENGTH]),
    texts: Array.from(maskPosition.values, (position) => ({ length: LENGTH, maskPosition: position })),
    maskPosition: tf.tensor1d(Int32Array.from(maskPosition.values), 'int32'),
    target: tf.tensor1d(Int32Array.from(target.values), 'int32'),
    label: tf.zeros([BATCH], 'int32'),
  };
}
