// Pure: what one training step holds while it is computed, as measured (docs/performance.md). Rows are the positions of all
// sequences, prompts included; pairs are positions of which one attends to the other.
import { firstTouchedLayer, promptLength } from './arithmetic.ts';
import type { Inside, Texts, Widths } from './methods/descriptor.ts';
import { descriptorOf } from './methods/index.ts';
import { trainedNumbers } from './trained-numbers.ts';
import type { Trial } from './trial.ts';

/** What a trial's step depends on. */
export type SteppingTrial = Pick<Trial, 'method' | 'training' | 'task'>;

interface Rows {
  count: number;
  rows: number;
  longest: number;
}

const BYTES = 4;
/** Numbers of several variables that are updated at once; a larger one is by itself. */
export const LARGEST_UPDATE = 2 ** 22;

/** Texts of a step, in so many parts of like size that are computed one after the other. */
export interface StepTexts extends Texts {
  /** 1 where absent. */
  parts?: number;
}

/** Bytes at the peak of a step of these texts, beside what stays from step to step. */
export function stepBytes(trial: SteppingTrial, { parts = 1, ...texts }: StepTexts, widths: Widths): number {
  const { method } = trial;
  const descriptor = descriptorOf(method.method);
  if (descriptor.passes === 0) return scoringBytes(trial, texts, widths) / parts;
  const trained = trainedNumbers(trial, widths);
  const words = texts.count * widths.vocabularySize;
  const made = descriptor.generating?.(method, texts) ?? 0;
  const ofTexts = (ofLayers(trial, rowsOf(trial, texts), widths) + words + made) / parts;
  // Gradients of the parts before stand beside those of a part.
  return BYTES * (ofTexts + updating(trained, widths) + (parts > 1 ? trained : 0));
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
  const dropped = ofDropout(widths);
  return {
    keptOfRow: (own?.keptOfRow ?? 0) + dropped.keptOfRow,
    keptOfPair: (own?.keptOfPair ?? 0) + dropped.keptOfPair,
  };
}

/** A mask, and what it is put on before and after, wherever the architecture drops something; residuals apart from their norms. */
function ofDropout({ hiddenSize, hiddenDropout, attentionOutputDropout, attentionDropout }: Widths): Inside {
  const places = [hiddenDropout, attentionOutputDropout].filter((rate) => rate > 0).length;
  return { keptOfRow: (4 + 4 * places) * hiddenSize, keptOfPair: attentionDropout > 0 ? 3 : 0 };
}

/** Of the layers that a gradient goes through. The last of them has most of what it keeps at the read positions alone. */
function ofLayers(trial: SteppingTrial, rows: Rows, widths: Widths): number {
  const layers = widths.layers - firstTouchedLayer(trial.method, widths);
  const inside = insideOf(trial, widths);
  const { passes } = descriptorOf(trial.method.method);
  const ofOne = inside ? keptInSteps(rows, inside, widths) : keptInOne(rows, widths, passes === 3);
  const ofLast = rows.rows * (12 * widths.hiddenSize + (inside?.keptOfRow ?? 0));
  return layers < 2 ? layers * ofLast : (layers - 1) * ofOne + ofLast + passing(rows, widths);
}

/** Of a layer that is one step: projections, what LayerNorms made even, GELU's slope, and a probability a head and pair. */
function keptInOne({ rows, longest }: Rows, widths: Widths, weightsToo: boolean): number {
  const { hiddenSize, intermediateSize, heads } = widths;
  const forWeights = weightsToo ? 2 * hiddenSize + intermediateSize : 0;
  return rows * (6 * hiddenSize + intermediateSize + heads * longest + forWeights);
}

/** Of a layer put together from steps: each keeps its own input. Pairs count with padding where attention itself is changed. */
function keptInSteps({ count, rows, longest }: Rows, inside: Inside, widths: Widths): number {
  const { hiddenSize, intermediateSize, heads } = widths;
  const ofRow = 11 * hiddenSize + 4 * intermediateSize + heads * longest + inside.keptOfRow;
  return rows * ofRow + count * heads * longest ** 2 * inside.keptOfPair;
}

/** What one layer's passes hold for a moment. */
function passing({ count, rows, longest }: Rows, { hiddenSize, intermediateSize, heads }: Widths): number {
  return rows * (18 * hiddenSize + 2 * intermediateSize) + 2 * count * heads * longest ** 2;
}

/** Gradients of all that is trained, and of what is updated at once new values and moments beside the old ones. */
function updating(trained: number, { vocabularySize, embeddingSize }: Widths): number {
  return trained + 3 * Math.min(trained, Math.max(LARGEST_UPDATE, vocabularySize * embeddingSize));
}
