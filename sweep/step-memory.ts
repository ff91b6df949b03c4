// Pure: what one training step holds while it is computed, as measured (docs/performance.md). Rows are the positions of all
// sequences, prompts included; pairs are positions of which one attends to the other.
import { firstTouchedLayer, promptLength } from './arithmetic.ts';
import type { BackboneFacts } from './facts.ts';
import type { Inside, Texts } from './methods/descriptor.ts';
import { descriptorOf } from './methods/index.ts';
import type { Trial } from './trial.ts';

/** What a trial's step depends on. */
export type SteppingTrial = Pick<Trial, 'method' | 'training' | 'task'>;
export type Widths = Omit<BackboneFacts, 'name' | 'folder' | 'fingerprint'>;

interface Rows {
  count: number;
  rows: number;
  longest: number;
}

const BYTES = 4;

/** Bytes at the peak of a step of these texts, beside what stays from step to step. */
export function stepBytes(trial: SteppingTrial, texts: Texts, widths: Widths): number {
  const { method, task } = trial;
  const descriptor = descriptorOf(method.method);
  if (descriptor.passes === 0) return scoringBytes(trial, texts, widths);
  const rows = rowsOf(trial, texts);
  const layers = widths.layers - firstTouchedLayer(method, widths);
  const inside = insideOf(trial, widths);
  const ofLayers = inside
    ? keptInSteps(rows, inside, { ...widths, layers })
    : keptInOnes(rows, widths, { layers, weightsToo: descriptor.passes === 3 });
  const trained = descriptor.trainable(method, { ...widths, labels: Object.keys(task.labelWords).length });
  const words = texts.count * widths.vocabularySize;
  const made = descriptor.generating?.(method, texts) ?? 0;
  return BYTES * (ofLayers + words + made + updating(trained, widths));
}

/** Bytes at the peak of scoring these texts: nothing is kept. */
export function scoringBytes(trial: SteppingTrial, texts: Texts, widths: Widths): number {
  return BYTES * passing(rowsOf(trial, texts), widths);
}

function rowsOf({ method }: SteppingTrial, { count, tokens, longest }: Texts): Rows {
  const prompts = promptLength(method);
  return { count, rows: tokens + count * prompts, longest: longest + prompts };
}

/** What the backbone's own dropout adds to what a method has inside the layers. */
function insideOf({ method, training }: SteppingTrial, widths: Widths): Inside | null {
  const own = descriptorOf(method.method).inside?.(method, widths) ?? null;
  if (!training.frozenDropout) return own;
  return { keptOfRow: (own?.keptOfRow ?? 0) + 12 * widths.hiddenSize, keptOfPair: (own?.keptOfPair ?? 0) + 3 };
}

/**
 * Of layers that are one step each: projections, what LayerNorms made even, GELU's slope, and a probability a head and pair.
 * The last of them has all of this at the read positions alone.
 */
function keptInOnes(of: Rows, widths: Widths, { layers, weightsToo }: { layers: number; weightsToo: boolean }): number {
  const { rows, longest } = of;
  const { hiddenSize, intermediateSize, heads } = widths;
  const ofLast = 12 * rows * hiddenSize;
  if (layers < 2) return layers * ofLast;
  const forWeights = weightsToo ? 2 * hiddenSize + intermediateSize : 0;
  const ofOne = 6 * hiddenSize + intermediateSize + heads * longest + forWeights;
  return (layers - 1) * rows * ofOne + ofLast + passing(of, widths);
}

/**
 * Of layers put together from steps: each keeps its own input. Pairs count with padding where attention itself is changed. The
 * last layer again has most of it at the read positions alone.
 */
function keptInSteps(of: Rows, inside: Inside, { layers, ...widths }: Widths): number {
  const { count, rows, longest } = of;
  const { hiddenSize, intermediateSize, heads } = widths;
  const ofLast = rows * (12 * hiddenSize + inside.keptOfRow);
  if (layers < 2) return layers * ofLast;
  const ofRow = 11 * hiddenSize + 4 * intermediateSize + heads * longest + inside.keptOfRow;
  const ofOne = rows * ofRow + count * heads * longest ** 2 * inside.keptOfPair;
  return (layers - 1) * ofOne + ofLast + passing(of, widths);
}

/** What one layer's passes hold for a moment. */
function passing(
  { count, rows, longest }: Rows,
  { hiddenSize, intermediateSize, heads }: Omit<Widths, 'layers'>,
): number {
  return rows * (18 * hiddenSize + 2 * intermediateSize) + 2 * count * heads * longest ** 2;
}

/** Gradients of all that is trained, and of one variable at a time a new value and new moments beside the old ones. */
function updating(trained: number, { vocabularySize, embeddingSize }: Widths): number {
  return trained + 3 * Math.min(trained, vocabularySize * embeddingSize);
}
