// A backbone in which some weights are variables, and the rest the frozen tensors themselves.
import { variable, type Variable } from '@tensorflow/tfjs-core';
import type { Backbone } from './backbone.ts';
import type { TrainedVariable } from './trained.ts';
import { mapTensors } from './weights.ts';

export interface TunedCopy {
  backbone: Backbone;
  trained: TrainedVariable[];
}

/** @param isTrained tells by a weight's name (`layers.3.query.weight`) */
export function tunedCopy(backbone: Backbone, isTrained: (name: string) => boolean): TunedCopy {
  const trained: TrainedVariable[] = [];
  const weights = mapTensors(backbone.weights, (tensor, name) => {
    if (!isTrained(name)) return tensor;
    // A variable shares its initial value's memory until the first update replaces it.
    const copy: Variable = variable(tensor);
    trained.push({ name, variable: copy, decays: decays(name) });
    return copy;
  });
  return { backbone: { ...backbone, weights }, trained };
}

/** Biases and everything of a LayerNorm are left alone by weight decay. */
function decays(name: string): boolean {
  return !/bias$|norm\./i.test(name);
}
