// A pass of a layer as one kernel where the backend has such a kernel; elsewhere plain operations do the same.
import { engine, getBackend, getKernel, type Tensor } from '@tensorflow/tfjs-core';

export interface FusedPass {
  /** Of the kernel, as it is registered. */
  kernel: string;
  inputs: Record<string, Tensor>;
  attributes?: Record<string, number>;
}

export function hasFused(kernel: string): boolean {
  return (getKernel(kernel, getBackend()) as object | undefined) !== undefined;
}

/** The kernel's outputs; `null` where the backend has no such kernel. It is unknown to the tape: own gradients only. */
export function runFused({ kernel, inputs, attributes = {} }: FusedPass): Tensor[] | null {
  if (!hasFused(kernel)) return null;
  const outputs: Tensor | Tensor[] = engine().runKernel(kernel, inputs, attributes);
  return Array.isArray(outputs) ? outputs : [outputs];
}

export interface FusedListPass {
  kernel: string;
  /** Of each member of the list, the same names. */
  each: readonly Record<string, Tensor>[];
  /** What there is once. */
  inputs: Record<string, Tensor>;
}

/** As `runFused`, for a kernel that takes any number of things at once: outputs of one kind stand side by side. */
export function runFusedList({ kernel, each, inputs }: FusedListPass): Tensor[] | null {
  const listed = each.flatMap((member, index) =>
    Object.entries(member).map(([name, tensor]) => [`${name}.${index}`, tensor] as const),
  );
  return runFused({
    kernel,
    inputs: { ...Object.fromEntries(listed), ...inputs },
    attributes: { N: each.length },
  });
}
