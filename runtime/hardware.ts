// What this machine computes with, by name.
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { allowsTensorFloat32, tensorflowThreads } from './environment.mjs';

/** Where NVIDIA's driver on Linux has a folder for each card. */
const CARDS = '/proc/driver/nvidia/gpus';
const UNKNOWN = 'unknown';

/** The model of the processor, or of the graphics cards. */
export function hardwareName(device: 'cpu' | 'gpu', cardsFolder = CARDS): string {
  return device === 'gpu' ? cardNames(cardsFolder) : (cpus()[0]?.model.trim() ?? UNKNOWN);
}

/** Threads of one operation: the WebAssembly backend has one, TensorFlow takes every core unless it was told otherwise. */
export function operationThreads(backend: 'tensorflow' | 'wasm'): number {
  return backend === 'wasm' ? 1 : (tensorflowThreads() ?? availableParallelism());
}

/** Of matrix products. `tf32`: where the card has it, their factors are rounded to 10 bits of mantissa. */
export function productPrecision(device: 'cpu' | 'gpu', mayRound: boolean = allowsTensorFloat32()): 'float32' | 'tf32' {
  return device === 'gpu' && mayRound ? 'tf32' : 'float32';
}

function cardNames(folder: string): string {
  try {
    const texts = readdirSync(folder).map((card) => readFileSync(join(folder, card, 'information'), 'utf8'));
    const models = texts.flatMap((text) => /^Model:\s*(.+?)\s*$/m.exec(text)?.[1] ?? []);
    return models.length === 0 ? UNKNOWN : [...new Set(models)].join(', ');
  } catch {
    return UNKNOWN;
  }
}
