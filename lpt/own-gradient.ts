// A step of the forward pass with a hand-written backward pass: only what `forward` names is kept in between. The tape
// of a loss holds nothing but such steps, so it needs no gradient that a backend's package would have to register.
import { customGrad, tidy, type GradSaveFunc, type Tensor } from '@tensorflow/tfjs-core';
import { mapTensors, tensorsOf } from './weights.ts';

export interface OwnGradient<Output extends Tensor, Kept extends object> {
  /** What the result is differentiable in; everything else is a constant. */
  inputs: Tensor[];
  forward: () => { output: Output; kept: Kept };
  /** One gradient for each of `inputs`, in their order. Called once: what was kept is freed afterwards. */
  backward: (gradient: Output, kept: Kept) => Tensor[];
}

export function withOwnGradient<Output extends Tensor, Kept extends object>(step: OwnGradient<Output, Kept>): Output {
  return customGrad<Output>((...inputsAndSave) => {
    const save = inputsAndSave.at(-1) as unknown as GradSaveFunc;
    const { output, kept } = step.forward();
    save(tensorsOf(kept));
    return {
      value: output,
      gradFunc: (gradient, saved) => {
        const remaining = [...saved];
        const restored = mapTensors(kept, (tensor) => remaining.shift() ?? tensor);
        const gradients = tidy(() => step.backward(gradient, restored));
        // The tape would hold them to the end of the whole backward pass.
        for (const tensor of saved) tensor.dispose();
        return gradients;
      },
    };
  })(...step.inputs);
}

/** Runs `compute` unseen by any tape around it: nothing is recorded, nothing is kept, no gradient flows. */
export function withoutGradient<Output extends Tensor>(compute: () => Output): Output {
  return customGrad<Output>(() => ({ value: compute(), gradFunc: () => [] }))();
}
