// A loss and its gradients. A pass that fails, as where memory runs out, leaves nothing behind: TensorFlow.js itself frees what
// its tape keeps for the way back only at the end of one that succeeds.
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';

export interface LossAndGradients {
  loss: Scalar;
  /** By TensorFlow.js's own names of the variables. */
  grads: Record<string, Tensor>;
}

/** @throws what `lossOf` or the way back threw */
export function lossAndGradients(lossOf: () => Scalar, variables: Variable[]): LossAndGradients {
  try {
    const { value, grads } = tf.variableGrads(lossOf, variables);
    return { loss: value, grads };
  } catch (error) {
    forgetTape();
    throw error;
  }
}

function forgetTape(): void {
  const { state } = tf.engine();
  const tape = state.activeTape as typeof state.activeTape | null;
  for (const { saved } of tape ?? []) tf.dispose(saved ?? []);
  state.activeTape = [];
}
