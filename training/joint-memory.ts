// How many trials' steps fit side by side.
import { engine } from '@tensorflow/tfjs-core';
import { PROCESS_MIB } from '../sweep/memory.ts';

/** Of the memory a trainer has, what is left beside itself, the tensors that stay, and the hidden states and encoded examples it keeps. */
export function freeBytes(memoryBytes: number, keptBytes: number): number {
  return memoryBytes - PROCESS_MIB * 2 ** 20 - engine().memory().numBytes - keptBytes;
}

/** The first of `waiting` that fit side by side; one at least. */
export function fitting<Of extends { bytes: number }>(waiting: readonly Of[], free: number): Of[] {
  let taken = 0;
  const cut = waiting.findIndex(({ bytes }, index) => (taken += bytes) > free && index > 0);
  return cut === -1 ? [...waiting] : waiting.slice(0, cut);
}
