// The step that is measured: BERT-base, late prompt tuning with npg, five vectors at some layer, sixteen real texts.
import type { EncodedExample } from '../../data/encode.ts';
import type { Batch } from '../../lpt/batch.ts';
import type { MethodSettings } from '../../sweep/methods/settings.ts';
import { toBatch } from '../../training/batches.ts';
import type { StoredTensor } from '../../training/safetensors.ts';

export const BATCH_SIZE = 16;

/** JSON: the other side reads it as well. */
export function stepCase(insertionLayer: number) {
  return {
    ...{ batch: BATCH_SIZE, insertionLayer, promptLength: 5, bottleneck: 128 },
    ...{ learningRate: 1e-3, weightDecay: 0.1, clipNorm: 1 },
  };
}
export type StepCase = ReturnType<typeof stepCase>;

export function caseSettings({ insertionLayer, promptLength, bottleneck }: StepCase): MethodSettings {
  // Without dropout: the two sides draw different masks, and the losses should agree.
  return { method: 'lpt', insertionLayer, promptLength, generator: 'npg', bottleneck, dropout: 0 };
}

export interface CaseTexts {
  examples: EncodedExample[];
  /** Token id of each label's word, by label index. */
  labelWordIds: number[];
}

/** In the order in which the steps take them. */
export function caseBatches({ examples, labelWordIds }: CaseTexts): Batch[] {
  return batchesOf(examples).map((members) => toBatch(members, labelWordIds));
}

/** The same for the other side: `tokenIds.0` and so on, padded to the batch's longest. */
export function caseInputs(texts: CaseTexts): Record<string, StoredTensor> {
  const named = batchesOf(texts.examples).flatMap((members, index): [string, StoredTensor][] => {
    const lengths = members.map(({ tokenIds }) => tokenIds.length);
    const longest = Math.max(...lengths);
    const ids = new Float32Array(members.length * longest);
    members.forEach(({ tokenIds }, b) => ids.set(tokenIds, b * longest));
    const each = (values: number[]): StoredTensor => ({ shape: [values.length], values: Float32Array.from(values) });
    return [
      [`tokenIds.${index}`, { shape: [members.length, longest], values: ids }],
      [`length.${index}`, each(lengths)],
      [`maskPosition.${index}`, each(members.map(({ maskPosition }) => maskPosition))],
      [`target.${index}`, each(members.map(({ label }) => texts.labelWordIds[label] ?? -1))],
    ];
  });
  return Object.fromEntries(named);
}

/** Whole ones, in the order of the examples. */
export function batchesOf<Of>(examples: Of[]): Of[][] {
  const count = Math.floor(examples.length / BATCH_SIZE);
  return Array.from({ length: count }, (_, index) => examples.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE));
}
