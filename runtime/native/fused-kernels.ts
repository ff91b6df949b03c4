// The addon's own kernels as kernels of TensorFlow.js: whoever computes finds them in its registry, by name.
import {
  getKernel,
  registerKernel,
  tensor1d,
  tensor2d,
  zeros,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';

/** The part of the native package's backend that is used here. */
export interface NativeBackend {
  binding: { TF_Version: string; TF_ATTR_INT: number; TF_ATTR_FLOAT: number; isUsingGpuDevice(): boolean };
  executeMultipleOutputs(
    name: string,
    attributes: { name: string; type: number; value: unknown }[],
    inputs: TensorInfo[],
    outputs: number,
  ): Tensor[];
}

interface Signature {
  /** Lists of as many tensors as the attribute N says, `name.0`, `name.1` and so on, in front of the other inputs. */
  each?: string[];
  inputs: string[];
  outputs: number;
  /** Of each member of the lists. */
  outputsEach?: number;
  attributes?: Record<string, 'int' | 'float'>;
}

const SUM = ['product', 'bias', 'residual', 'gain', 'shift'];
const COUNTS = { batch: 'int', heads: 'int' } as const;
const PROJECTED = ['query', 'keyValue', 'queryBias', 'keyValueBias'];
const ATTENTION = { heads: 'int', causal: 'int', scale: 'float' } as const;

/** Each as its C++ file beside this one declares it. */
const SIGNATURES: Record<string, Signature> = {
  LptBiasGelu: { inputs: ['product', 'bias'], outputs: 1 },
  LptBiasGeluTanh: { inputs: ['product', 'bias'], outputs: 1 },
  LptBiasGeluWithSlope: { inputs: ['product', 'bias'], outputs: 2 },
  LptBiasGeluTanhWithSlope: { inputs: ['product', 'bias'], outputs: 2 },
  LptAddAndNormalize: { inputs: SUM, outputs: 1, attributes: { epsilon: 'float' } },
  LptAddAndNormalizeForTraining: { inputs: SUM, outputs: 3, attributes: { epsilon: 'float' } },
  LptNormalizeForTraining: { inputs: ['rows', 'gain', 'shift'], outputs: 3, attributes: { epsilon: 'float' } },
  LptLayerNormInputGradient: { inputs: ['gradient', 'gain', 'normalized', 'inverseDeviation'], outputs: 1 },
  LptAttentionSoftmax: { inputs: ['scores', 'bias'], outputs: 1, attributes: { scale: 'float' } },
  LptAttentionSoftmaxGradient: { inputs: ['gradient', 'probabilities'], outputs: 1, attributes: { scale: 'float' } },
  LptSplitHeads: { inputs: ['rows'], outputs: 1, attributes: COUNTS },
  LptBiasSplitHeads: { inputs: ['rows', 'bias'], outputs: 1, attributes: COUNTS },
  LptBiasSplitKeyValue: { inputs: ['rows', 'bias'], outputs: 2, attributes: COUNTS },
  LptMergeHeads: { inputs: ['heads'], outputs: 1 },
  LptMergeKeyValue: { inputs: ['key', 'value'], outputs: 1 },
  LptAttend: { inputs: [...PROJECTED, 'starts'], outputs: 1, attributes: ATTENTION },
  LptAttendForTraining: { inputs: [...PROJECTED, 'starts'], outputs: 2, attributes: ATTENTION },
  LptAttendGradient: {
    inputs: ['gradient', ...PROJECTED, 'probabilities', 'starts'],
    outputs: 2,
    attributes: { heads: 'int', scale: 'float' },
  },
  LptPool: { inputs: ['sought', 'rows', 'starts'], outputs: 2, attributes: { scale: 'float' } },
  LptPoolGradient: {
    inputs: ['gradient', 'sought', 'rows', 'probabilities', 'starts'],
    outputs: 2,
    attributes: { scale: 'float' },
  },
  LptGatherRows: { inputs: ['rows', 'indices'], outputs: 1 },
  LptClip: { each: ['gradient'], inputs: ['limit'], outputs: 2, attributes: { N: 'int' } },
  LptAdamW: {
    each: ['value', 'gradient', 'first', 'second'],
    inputs: ['clip', 'factors'],
    outputs: 0,
    outputsEach: 3,
    attributes: { N: 'int' },
  },
};
/** There only where the processor has a tile unit. */
const PRODUCTS: Record<string, Signature> = {
  LptProduct: { inputs: ['a', 'b'], outputs: 1 },
  LptTransposedProduct: { inputs: ['a', 'b'], outputs: 1 },
};

/** There only where the processor has vectors of 512 bits, or of 256 bits with a fused multiply and add. */
const VOCABULARY: Record<string, Signature> = {
  LptExpectedWord: { inputs: ['rows', 'vectors', 'bias'], outputs: 2 },
};

/** Once a process. Nothing is registered where the addon is one without these kernels: the plain operations then do the work. */
export function registerFusedKernels(backend: NativeBackend): void {
  if ((getKernel('LptBiasGelu', 'tensorflow') as object | undefined) !== undefined) return;
  if (answers(backend, { kernel: 'LptBiasGelu', inputs: [tensor2d([[1]]), tensor1d([0])], outputs: 1 }))
    register(backend, SIGNATURES);
  if (answers(backend, { kernel: 'LptProduct', inputs: [tensor2d([[1]]), tensor2d([[1]])], outputs: 1 }))
    register(backend, PRODUCTS);
  const word = [zeros([1, 64]), zeros([1, 64]), zeros([1])];
  if (answers(backend, { kernel: 'LptExpectedWord', inputs: word, outputs: 2 })) register(backend, VOCABULARY);
}

function register(backend: NativeBackend, signatures: Record<string, Signature>): void {
  for (const [kernelName, signature] of Object.entries(signatures)) {
    registerKernel({
      kernelName,
      backendName: 'tensorflow',
      kernelFunc: ({ inputs, attrs }) => {
        const attributes = Object.entries(signature.attributes ?? {}).map(([name, type]) => {
          const { TF_ATTR_INT, TF_ATTR_FLOAT } = backend.binding;
          return { name, type: type === 'int' ? TF_ATTR_INT : TF_ATTR_FLOAT, value: attrs?.[name] };
        });
        const count = Number(attrs?.['N'] ?? 0);
        const ordered = inputNames(signature, count).map((name) => inputs[name] as TensorInfo);
        const outputs = signature.outputs + count * (signature.outputsEach ?? 0);
        return backend.executeMultipleOutputs(kernelName, attributes, ordered, outputs);
      },
    });
  }
}

function inputNames({ each = [], inputs }: Signature, count: number): string[] {
  return [...each.flatMap((name) => Array.from({ length: count }, (_, index) => `${name}.${index}`)), ...inputs];
}

interface Trial {
  kernel: string;
  inputs: Tensor[];
  outputs: number;
}

function answers(backend: NativeBackend, { kernel, inputs, outputs }: Trial): boolean {
  try {
    for (const output of backend.executeMultipleOutputs(kernel, [], inputs, outputs)) output.dispose();
    return true;
  } catch {
    return false;
  } finally {
    for (const input of inputs) input.dispose();
  }
}
