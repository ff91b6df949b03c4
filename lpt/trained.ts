// Trained variables, and new ones with initial values that depend on the training seed and the variable's name alone.
import { tensor, variable, type Rank, type ShapeMap, type Variable } from '@tensorflow/tfjs-core';
import type { Linear } from './linear.ts';
import { normals, uniforms } from './random.ts';

export interface TrainedVariable {
  name: string;
  variable: Variable;
  /** False for biases and LayerNorm: weight decay leaves them alone. */
  decays: boolean;
}

export interface TrainedLinear {
  linear: Linear;
  trained: TrainedVariable[];
}

export interface NewVariable<R extends Rank> {
  name: string;
  shape: ShapeMap[R];
  trainSeed: number;
}

/** From N(0, deviation²). */
export function normalVariable<R extends Rank>({ name, shape, trainSeed }: NewVariable<R>, deviation = 1): Variable<R> {
  const values = normals({ seed: trainSeed, name }, sizeOf(shape));
  return initialised(
    values.map((value) => value * deviation),
    shape,
  );
}

export function zeroVariable<R extends Rank>(shape: ShapeMap[R]): Variable<R> {
  return initialised(new Float32Array(sizeOf(shape)), shape);
}

/** Uniform in (-bound, bound). */
export function uniformVariable<R extends Rank>(
  { name, shape, trainSeed }: NewVariable<R>,
  bound: number,
): Variable<R> {
  const values = uniforms({ seed: trainSeed, name }, sizeOf(shape));
  return initialised(
    values.map((value) => (2 * value - 1) * bound),
    shape,
  );
}

/**
 * A linear layer as `torch.nn.Linear` starts it: weight and bias uniform within 1/√inputs. The authors' generators are
 * such layers, added after the pretrained model's own initialisation and left as they are.
 */
export function trainedLinear(
  name: string,
  { inputs, outputs, trainSeed }: { inputs: number; outputs: number; trainSeed: number },
): TrainedLinear {
  const bound = 1 / Math.sqrt(inputs);
  const weight = uniformVariable<Rank.R2>({ name: `${name}.weight`, shape: [outputs, inputs], trainSeed }, bound);
  const bias = uniformVariable<Rank.R1>({ name: `${name}.bias`, shape: [outputs], trainSeed }, bound);
  return namedLinear(name, { weight, bias });
}

/** The variables of a linear layer under their names. */
export function namedLinear(
  name: string,
  { weight, bias }: { weight: Variable<Rank.R2>; bias: Variable<Rank.R1> },
): TrainedLinear {
  return {
    linear: { weight, bias },
    trained: [
      { name: `${name}.weight`, variable: weight, decays: true },
      { name: `${name}.bias`, variable: bias, decays: false },
    ],
  };
}

function initialised<R extends Rank>(values: Float32Array, shape: ShapeMap[R]): Variable<R> {
  const initial = tensor(values, shape);
  const created = variable<R>(initial);
  initial.dispose();
  return created;
}

function sizeOf(shape: number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
