// Clipping by global norm, as torch.nn.utils.clip_grad_norm_ has it.
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { runFusedList } from '../lpt/fused.ts';

/** torch's clip_grad_norm_ adds it to the norm before dividing. */
const NORM_EPSILON = 1e-6;

/** A type and not an interface: a tidy hands it on. */
export type Clipped = {
  /** Of all gradients taken as one vector. */
  norm: Scalar;
  /** What to multiply them with so that their norm is `clipNorm` at most. */
  clip: Scalar;
};

export function clipped(gradients: readonly Tensor[], clipNorm: number): Clipped {
  return tf.tidy(() => {
    const each = gradients.map((gradient) => ({ gradient }));
    const fused = runFusedList({ kernel: 'LptClip', each, inputs: { limit: tf.scalar(clipNorm) } });
    if (fused === null) return plainClipped(gradients, clipNorm);
    const [norm, clip] = fused as [Scalar, Scalar];
    return { norm, clip };
  });
}

function plainClipped(gradients: readonly Tensor[], clipNorm: number): Clipped {
  const norm: Scalar = tf.sqrt(tf.addN(gradients.map((gradient) => tf.sum<Scalar>(tf.square(gradient)))));
  return { norm, clip: tf.minimum<Scalar>(tf.div<Scalar>(clipNorm, tf.add<Scalar>(norm, NORM_EPSILON)), 1) };
}
