// Why a trainer's child process ended without an answer, in words, and whether memory was the reason.
import { speaksOfMemory } from './error-kind.ts';
import type { TrainerError } from './messages.ts';
import { isOomKill, type Death } from './oom-kills.ts';

export const OVERDUE: TrainerError = {
  kind: 'trainer-lost',
  message: 'Expected the trainer to stop when it was told to, found it hanging: it was killed.',
};

/** @param lastLines what it last wrote to standard error */
export function lossError(death: Death, lastLines: string[]): TrainerError {
  const { how } = death;
  const said = lastLines.join('\n');
  const tail = said === '' ? '' : ` It last said: ${said}`;
  if (speaksOfMemory(said)) return { kind: 'out-of-memory', message: `The trainer ran out of memory (${how}).${tail}` };
  if (isOomKill(death)) {
    return { kind: 'out-of-memory', message: `The kernel killed the trainer because memory ran out (${how}).${tail}` };
  }
  if (how !== 'SIGKILL') return { kind: 'trainer-lost', message: `The trainer process ended (${how}).${tail}` };
  const message = 'The trainer process was killed (SIGKILL), by someone or by the kernel because memory ran out.';
  return { kind: 'trainer-lost', message: message + tail };
}
