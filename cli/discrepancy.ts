// What a comparison of Postgres and Temporal found, in a sentence.
import type { Discrepancy } from '../control/reconcile.ts';

const REMEDIES: Record<Discrepancy['remedy'], string> = {
  waiting: 'it waits again, and goes on from its checkpoint',
  paused: 'it was told to pause, and is paused',
  cancelled: 'it was told to stop, and is cancelled',
  'stopped-early': 'a rule had stopped it early, and it is that now',
  complete: 'it is complete',
  failed: 'it is failed',
  started: 'it is started again',
  ended: 'it is ended',
  reported: 'it is left alone; `lpt-sweep reconcile` ends it, if `DATABASE_URL` is right',
};

export function describeDiscrepancy({ what, sweep, trial, remedy }: Discrepancy): string {
  return `${subjectOf({ what, sweep, trial })}: ${REMEDIES[remedy]}.`;
}

function subjectOf({ what, sweep, trial }: Pick<Discrepancy, 'what' | 'sweep' | 'trial'>): string {
  if (what === 'trial without a workflow') return `Trial ${sweep}/${trial} was running with no workflow behind it`;
  if (what === 'sweep without a workflow') return `Sweep ${sweep} was not over, and Temporal had no workflow of it`;
  if (what === 'workflow of an ended sweep') return `Sweep ${sweep} is over, and Temporal still had its workflow open`;
  return `Temporal has an open workflow of sweep ${sweep}, which Postgres does not know`;
}
