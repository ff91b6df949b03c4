// AdamW (Loshchilov & Hutter 2019) with torch.optim.AdamW's arithmetic, and clipping by global norm as
// torch.nn.utils.clip_grad_norm_ has it.
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { runFused } from '../lpt/fused.ts';
import type { TrainedVariable } from '../lpt/method.ts';

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;
/** torch's clip_grad_norm_ adds it to the norm before dividing. */
const NORM_EPSILON = 1e-6;

export interface Update {
  /** Variable's name → gradient, in the variable's shape. */
  gradients: Record<string, Tensor>;
  /** Factor on every gradient, from `clipFactor`. */
  clip: Scalar;
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

  apply(update: Update): void {
    for (const trained of this.#trained) {
      const gradient = update.gradients[trained.name];
      if (!gradient) throw new Error(`Expected a gradient for ${trained.name}, found none.`);
      this.#applyOne(trained, gradient, update);
    }
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

  #applyOne({ name, variable, decays }: TrainedVariable, gradient: Tensor, { clip, learningRate, step }: Update): void {
    const old = this.#moments.get(name);
    if (!old) throw new Error(`Expected moments for ${name}, found none.`);
    const factors: Factors = {
      shrink: decays ? 1 - learningRate * this.#weightDecay : 1,
      rate: learningRate / (1 - BETA1 ** step),
      correction: 1 / Math.sqrt(1 - BETA2 ** step),
    };
    const given = { value: variable, gradient, ...old, clip };
    const { value, first, second } = fusedUpdate(given, factors) ?? plainUpdate(given, factors);
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

/** What a step does to a variable beside its gradient. */
interface Factors {
  /** On the value: weight decay. */
  shrink: number;
  /** On the move: the learning rate, with the first moment's bias corrected. */
  rate: number;
  /** On the root of the second moment: its bias corrected. */
  correction: number;
}

/** Types and not interfaces: a tidy hands them on. */
type Updated = { [part in 'value' | keyof Moments]: Tensor };
type Given = Updated & { gradient: Tensor; clip: Scalar };

function fusedUpdate(given: Given, { shrink, rate, correction }: Factors): Updated | null {
  const factors = tf.tensor1d([shrink, rate, correction, BETA1, 1 - BETA1, BETA2, 1 - BETA2, EPSILON]);
  const outputs = runFused({ kernel: 'LptAdamW', inputs: { ...given, factors } }) as [Tensor, Tensor, Tensor] | null;
  factors.dispose();
  return outputs && { value: outputs[0], first: outputs[1], second: outputs[2] };
}

function plainUpdate({ value, gradient, first, second, clip }: Given, { shrink, rate, correction }: Factors): Updated {
  return tf.tidy(() => {
    const g = tf.mul(gradient, clip);
    const m = tf.add(tf.mul(first, BETA1), tf.mul(g, 1 - BETA1));
    const v = tf.add(tf.mul(second, BETA2), tf.mul(tf.square(g), 1 - BETA2));
    const denominator = tf.add(tf.mul(tf.sqrt(v), correction), EPSILON);
    const move = tf.mul(tf.div(m, denominator), rate);
    return { value: tf.sub(shrink === 1 ? value : tf.mul(value, shrink), move), first: m, second: v };
  });
}

/** Norm of all gradients taken as one vector. */
export function globalNorm(gradients: Record<string, Tensor>): Scalar {
  return tf.tidy(() => {
    const squares = Object.values(gradients).map((gradient) => tf.sum<Scalar>(tf.square(gradient)));
    return tf.sqrt(tf.addN(squares));
  });
}

/** What to multiply gradients with so that their norm is `clipNorm` at most. */
export function clipFactor(norm: Scalar, clipNorm: number): Scalar {
  return tf.tidy(() => tf.minimum<Scalar>(tf.div<Scalar>(clipNorm, tf.add<Scalar>(norm, NORM_EPSILON)), 1));
}
