// Sorts what went wrong in a trial by what can be done about it.
import { ERROR_KINDS, type ErrorKind } from '../sweep/error-kinds.ts';
import type { TrainerError } from './messages.ts';
import { TooLargeError } from './too-large.ts';

const OUT_OF_MEMORY =
  /\bOOM\b|ResourceExhausted|out of memory|bad_alloc|Array buffer allocation failed|failed to allocate/i;

export function toTrainerError(error: unknown): TrainerError {
  const message = error instanceof Error ? error.message : String(error);
  const told = { kind: kindOf(error, message), message };
  return error instanceof TooLargeError ? { ...told, isRefusal: true } : told;
}

/** True for what a dying process says when memory ran out. */
export function speaksOfMemory(text: string): boolean {
  return OUT_OF_MEMORY.test(text);
}

function kindOf(error: unknown, message: string): ErrorKind {
  const named = error instanceof Error && 'kind' in error ? error.kind : undefined;
  return ERROR_KINDS.find((kind) => kind === named) ?? (speaksOfMemory(message) ? 'out-of-memory' : 'unknown');
}
