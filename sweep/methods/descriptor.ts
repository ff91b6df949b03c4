// Pure: what the sweep has to know of a method before any tensor is made: its settings, its usual values, its size, and
// what it cannot do. One file here describes one method; methods/index.ts lists them.
import type { BackboneReference } from '../backbone.ts';
import { type Domain, numberFrom, oneOf, wholeNumber } from '../choices.ts';
import type { BackboneFacts } from '../facts.ts';
import type { Problem } from '../problem.ts';
import type { TrainingSettings } from '../training.ts';

/** One setting of a method as the sweep file may state it. */
export interface Setting<T> {
  domain: Domain<T>;
  /** Taken where the file says nothing; absent where that depends on other settings or on the backbone. */
  usual?: readonly T[];
}

/** The values of each setting that an entry of the sweep file asks for. */
export type Choices<Settings extends object> = { [Field in keyof Settings]?: readonly Settings[Field][] };

/** Values to cross: each combination of them is one method with its settings. */
export type Crossing = Readonly<Record<string, readonly unknown[]>>;

/** Where a prompt joins, in the words that results are grouped by; null where a method has no such thing. */
export interface PromptShape {
  /** The lowest, where there are several. */
  insertionLayer: number | null;
  promptLength: number | null;
  generator: string | null;
}

/** Of the backbone, whatever its weights. */
export type Widths = Omit<BackboneFacts, keyof BackboneReference>;

/** Sizes that a number of trained numbers can depend on. */
export interface Sizes extends Widths {
  /** Of the task. */
  labels: number;
}

/** The texts of one batch, prompts aside. */
export interface Texts {
  count: number;
  /** Without padding. */
  tokens: number;
  longest: number;
}

/** What a method keeps inside the layers that it changes, for the way back: they are put together from steps then. */
export interface Inside {
  /** Numbers for each row, beside the layer's own. */
  keptOfRow: number;
  /** Numbers for each head and pair of positions, padding counted: where attention itself is changed. */
  keptOfPair: number;
}

export interface MethodDescriptor<Method extends { method: string }, Fields extends object> {
  readonly name: Method['method'];
  readonly settings: { readonly [Field in keyof Fields]: Setting<Fields[Field]> };
  /** Goes up when the same settings come to other numbers: part of the trial key, so that old and new ones are never averaged. */
  readonly revision?: number;
  /** In its place, where they come to other numbers on decoders alone, since other inputs are read there: weights of before are not used. */
  readonly decoderRevision?: number;
  /** Training values that are usual for this method and not for all; the same for all of one crossing. */
  usual(settings: Method): Partial<TrainingSettings>;
  /** Forward and backward passes of a step, in forward passes: 2 where the weights are frozen, 3 where they are not, 0 without training. */
  readonly passes: 0 | 2 | 3;
  /** Without it, every combination of the settings. */
  crossings?(choices: Choices<Fields>, backbone: BackboneFacts): Crossing[];
  /** k: H_k and everything below is as in the backbone. */
  firstTouchedLayer(settings: Method, layers: number): number;
  /** Layers whose kept output is read, ascending; none where the method starts from token ids. */
  inputLayers(settings: Method, layers: number): number[];
  /** How many numbers are trained. */
  trainable(settings: Method, sizes: Sizes): number;
  /** Positions that stand in front of the text. */
  addedPositions?(settings: Method): number;
  promptShape?(settings: Method): PromptShape;
  /** Without it, the layers stay as they are. Measured, and rather too much than too little. */
  inside?(settings: Method, sizes: Pick<Sizes, 'hiddenSize' | 'intermediateSize'>): Inside;
  /** Numbers that making the prompt holds at one time; without it, too few to count. Measured. */
  generating?(settings: Method, texts: Texts): number;
  problems?(settings: Method, backbone: BackboneFacts): Problem[];
}

export const POSITIVE = wholeNumber(1);
export const RATE = numberFrom(0, 0.99);
export const INITIALISATIONS = ['normal', 'vocabulary'] as const;

/** Settings that mean the same wherever they stand. */
export const SHARED = {
  promptLength: { domain: POSITIVE },
  bottleneck: { domain: POSITIVE },
  dropout: { domain: RATE },
  initialisation: { domain: oneOf(INITIALISATIONS), usual: ['normal'] },
} as const satisfies Record<string, Setting<unknown>>;

/** Usual for a table from N(0, 1): it moves by one rate a step, and takes a far larger one than a network's weights. */
export const USUAL_OF_TABLE = { learningRate: 3e-2 };

/** A linear layer and its bias. */
export function linearSize(inputs: number, outputs: number): number {
  return inputs * outputs + outputs;
}
