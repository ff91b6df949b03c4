// What is computed without the addon's own kernels, by the plain operations that stand in for them.
import * as tf from '@tensorflow/tfjs-core';

export function ownKernels(): tf.KernelConfig[] {
  return tf.getKernelsForBackend('tensorflow').filter(({ kernelName }) => kernelName.startsWith('Lpt'));
}

/** What `compute` gives while they are out of the registry. */
export function plainly<Result>(compute: () => Result): Result {
  const own = ownKernels();
  for (const { kernelName } of own) tf.unregisterKernel(kernelName, 'tensorflow');
  try {
    return compute();
  } finally {
    for (const kernel of own) tf.registerKernel(kernel);
  }
}
