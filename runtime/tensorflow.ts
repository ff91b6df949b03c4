// The only module that loads a backend of TensorFlow.js: the native one where it is, else WebAssembly.
import { createRequire } from 'node:module';
import type * as TfCore from '@tensorflow/tfjs-core';
import { setDefaults } from './environment.mjs';
import { registerFusedKernels, type NativeBackend } from './native/fused-kernels.ts';

export interface TensorflowOptions {
  /** `wasm` does not even try the native library. */
  prefer?: 'native' | 'wasm';
  /** Threads of one operation; default: all cores. The WebAssembly backend has one. */
  threads?: number;
  /** `cpu` hides the GPU. */
  device?: 'auto' | 'cpu' | 'gpu';
  /** Lets an NVIDIA card round the factors of products to TensorFloat-32, which TensorFlow would do unasked. */
  tf32?: boolean;
}

export interface LoadedTensorflow {
  backend: 'tensorflow' | 'wasm';
  device: 'cpu' | 'gpu';
  version: string;
  /** Why it is the slower one, a sentence. */
  note?: string;
}

const require = createRequire(import.meta.url);

/** Afterwards `@tensorflow/tfjs-core` computes with the backend that the answer names. */
export async function loadTensorflow(options: TensorflowOptions = {}): Promise<LoadedTensorflow> {
  prepareProcess(options);
  if (options.prefer === 'wasm') return loadWasm('WebAssembly was asked for.');
  try {
    return await loadNative();
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return loadWasm(`Native TensorFlow could not be loaded (${reason}); WebAssembly is about ten times slower.`);
  }
}

/** TensorFlow reads these while it loads, and never again. */
function prepareProcess({ threads, device, tf32 = false }: TensorflowOptions): void {
  setDefaults({
    TF_CPP_MIN_LOG_LEVEL: '3',
    TF_ENABLE_ONEDNN_OPTS: '1',
    // Otherwise the first process takes the whole card's memory.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    ...(tf32 ? {} : { NVIDIA_TF32_OVERRIDE: '0' }),
    ...(threads === undefined ? {} : { TF_NUM_INTRAOP_THREADS: String(threads) }),
    ...(device === 'cpu' ? { CUDA_VISIBLE_DEVICES: '-1' } : {}),
  });
  // Node 23 removed these two; the native package still calls them.
  Object.assign(require('node:util') as object, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: (value: unknown) => Array.isArray(value),
  });
}

async function loadNative(): Promise<LoadedTensorflow> {
  require('@tensorflow/tfjs-node-gpu');
  const tf = await import('@tensorflow/tfjs-core');
  await tf.setBackend('tensorflow');
  const backend = backendOf(tf);
  const device = backend.binding.isUsingGpuDevice() ? 'gpu' : 'cpu';
  if (device === 'cpu') registerFusedKernels(backend);
  return { backend: 'tensorflow', device, version: backend.binding.TF_Version };
}

async function loadWasm(note: string): Promise<LoadedTensorflow> {
  registerGradients();
  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend('wasm'))) throw new Error(`No backend of TensorFlow.js could be loaded. ${note}`);
  await tf.ready();
  return { backend: 'wasm', device: 'cpu', version: tf.version_core, note };
}

/** tfjs-core comes without gradients; the union package, which the native one brings along, registers them. */
function registerGradients(): void {
  createRequire(require.resolve('@tensorflow/tfjs-node-gpu/package.json'))('@tensorflow/tfjs');
}

/** tfjs-core types every backend alike; the native one carries its addon as `binding`. */
function backendOf(tf: typeof TfCore): NativeBackend {
  const backend: unknown = tf.backend();
  if (typeof backend === 'object' && backend !== null && 'binding' in backend) return backend as NativeBackend;
  throw new Error('Expected the native backend of TensorFlow.js, found another one.');
}
