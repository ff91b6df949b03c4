// What a resume came to, and the refusals of one that came to nothing.
import { NothingToDoError } from '../db/errors.ts';
import type { Resumed } from './resume.ts';
import { counted } from '../sweep/counted.ts';

/** @throws NothingToDoError for a running sweep that lacks nothing */
export function assertLacking(resumed: Resumed): void {
  const { sweep, requeued, wasRunning, isReopened } = resumed;
  if (!wasRunning || requeued > 0 || isReopened) return;
  throw new NothingToDoError(
    `Expected sweep \`${sweep.name}\` to have something to resume, found it running with nothing to put back.${heldWords(resumed)}`,
  );
}

/** @throws NothingToDoError where no trial runs now that did not run anyway */
export function assertResumed(resumed: Resumed): void {
  assertLacking(resumed);
  const { sweep, requeued, waiting } = resumed;
  if (requeued > 0 || waiting > 0) return;
  throw new NothingToDoError(
    `Expected sweep \`${sweep.name}\` to have something to resume, found nothing left to run.${heldWords(resumed)}`,
  );
}

/** Empty where no trial is paused. */
export function heldWords({ sweep, paused }: Resumed): string {
  if (paused === 0) return '';
  return ` ${counted(paused, 'trial')} paused: \`lpt-sweep continue ${sweep.name}\` goes on with them.`;
}
