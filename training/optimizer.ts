// AdamW (Loshchilov & Hutter 2019) with torch.optim.AdamW's arithmetic.
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { runFusedList } from '../lpt/fused.ts';
import type { TrainedVariable } from '../lpt/trained.ts';
import { LARGEST_UPDATE } from '../sweep/step-memory.ts';
import { clipped } from './clipping.ts';

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

export interface Update {
  /** Variable's name → gradient, in the variable's shape. */
  gradients: Record<string, Tensor>;
  /** The gradients' norm, as one vector, is brought to it where it is longer. */
  clipNorm: number;
  learningRate: number;
  /** Updates made, this one counted: 1, 2, … */
  step: number;
}

export interface Moments {
  first: Tensor;
  second: Tensor;
}

export class AdamW {
  readonly #trained: TrainedVariable[];
  readonly #weightDecay: number;
  readonly #moments = new Map<string, Moments>();

  constructor(trained: TrainedVariable[], weightDecay: number) {
    this.#trained = trained;
    this.#weightDecay = weightDecay;
    for (const { name, variable } of trained) {
      this.restore(name, { first: tf.zerosLike(variable), second: tf.zerosLike(variable) });
    }
  }

  /** @returns the gradients' norm before it was clipped */
  apply(update: Update): Scalar {
    // What an update that fails has made goes with the tidy; moments that were taken over stay.
    return tf.tidy(() => this.#apply(update));
  }

  #apply({ gradients, clipNorm, learningRate, step }: Update): Scalar {
    const all = this.#trained.map((trained) => this.#given(trained, gradients));
    const { norm, clip } = clipped(Object.values(gradients), clipNorm);
    const factors = {
      rate: learningRate / (1 - BETA1 ** step),
      correction: 1 / Math.sqrt(1 - BETA2 ** step),
      decay: 1 - learningRate * this.#weightDecay,
    };
    for (const group of groupsOf(all)) {
      const updated = updates(group, { clip, ...factors });
      group.forEach(({ trained }, index) => this.#take(trained, updated[index]));
    }
    return norm;
  }

  /** The moments as they stand: the optimizer's own tensors, to be read, not kept. */
  moments(): ReadonlyMap<string, Moments> {
    return this.#moments;
  }

  /** Takes the tensors over: they outlive any surrounding tidy, until `dispose`. */
  restore(name: string, { first, second }: Moments): void {
    this.#disposeMoments(name);
    this.#moments.set(name, { first: tf.keep(first), second: tf.keep(second) });
  }

  dispose(): void {
    for (const name of this.#moments.keys()) this.#disposeMoments(name);
    this.#moments.clear();
  }

  #given(trained: TrainedVariable, gradients: Record<string, Tensor>): Given {
    const { name, variable: value } = trained;
    const [gradient, moments] = [gradients[name], this.#moments.get(name)];
    if (!gradient) throw new Error(`Expected a gradient for ${name}, found none.`);
    if (!moments) throw new Error(`Expected moments for ${name}, found none.`);
    return { trained, value, gradient, ...moments };
  }

  #take({ name, variable }: TrainedVariable, updated: Updated | undefined): void {
    if (!updated) throw new Error(`Expected new values for ${name}, found none.`);
    const { value, first, second } = updated;
    variable.assign(value);
    value.dispose();
    this.restore(name, { first, second });
  }

  #disposeMoments(name: string): void {
    const moments = this.#moments.get(name);
    moments?.first.dispose();
    moments?.second.dispose();
  }
}

/** Types and not interfaces: a tidy hands them on. */
type Updated = { [part in 'value' | keyof Moments]: Tensor };
type Given = Updated & { gradient: Tensor; trained: TrainedVariable };

/** What a step does to the variables beside their gradients. */
interface Factors {
  /** On every gradient. */
  clip: Scalar;
  /** On the move: the learning rate, with the first moment's bias corrected. */
  rate: number;
  /** On the root of the second moment: its bias corrected. */
  correction: number;
  /** On the values of those that decay. */
  decay: number;
}

/** As many as are updated at once, one at least: for so long there are two of each value and moment. */
function groupsOf(all: readonly Given[]): Given[][] {
  const groups: Given[][] = [];
  let numbers = Number.POSITIVE_INFINITY;
  for (const given of all) {
    numbers += given.value.size;
    if (numbers > LARGEST_UPDATE) {
      groups.push([]);
      numbers = given.value.size;
    }
    groups.at(-1)?.push(given);
  }
  return groups;
}

function updates(group: readonly Given[], factors: Factors): Updated[] {
  return fusedUpdates(group, factors) ?? group.map((given) => plainUpdate(given, factors));
}

function fusedUpdates(group: readonly Given[], { clip, rate, correction, decay }: Factors): Updated[] | null {
  const shrinks = group.map(({ trained }) => (trained.decays ? decay : 1));
  const factors = tf.tensor1d([rate, correction, BETA1, 1 - BETA1, BETA2, 1 - BETA2, EPSILON, ...shrinks]);
  const each = group.map(({ value, gradient, first, second }) => ({ value, gradient, first, second }));
  const outputs = runFusedList({ kernel: 'LptAdamW', each, inputs: { clip, factors } });
  factors.dispose();
  const part = (list: number, index: number) => outputs?.[list * group.length + index] as Tensor;
  return outputs && group.map((_, index) => ({ value: part(0, index), first: part(1, index), second: part(2, index) }));
}

function plainUpdate(given: Given, { clip, rate, correction, decay }: Factors): Updated {
  const { trained, value, gradient, first, second } = given;
  return tf.tidy(() => {
    const g = tf.mul(gradient, clip);
    const m = tf.add(tf.mul(first, BETA1), tf.mul(g, 1 - BETA1));
    const v = tf.add(tf.mul(second, BETA2), tf.mul(tf.square(g), 1 - BETA2));
    const denominator = tf.add(tf.mul(tf.sqrt(v), correction), EPSILON);
    const move = tf.mul(tf.div(m, denominator), rate);
    return { value: tf.sub(trained.decays ? tf.mul(value, decay) : value, move), first: m, second: v };
  });
}
