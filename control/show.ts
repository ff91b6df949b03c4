// Everything that is known of one trial.
import { listAttempts, type AttemptRow } from '../db/attempts.ts';
import { listEvaluations } from '../db/evaluations.ts';
import { findTrialByName, trialName, type FoundTrial } from '../db/trial-reference.ts';
import type { Provenance } from '../sweep/provenance.ts';
import type { Control } from './control.ts';

export interface TrialDetails extends FoundTrial {
  /** `demo/3`. */
  name: string;
  /** Of the attempt that completed, else of the newest that has any. */
  provenance: Provenance | null;
  attempts: AttemptRow[];
  evaluations: Awaited<ReturnType<typeof listEvaluations>>;
}

/** @throws UnknownTrialError or UnknownSweepError */
export async function show({ database }: Pick<Control, 'database'>, asked: string): Promise<TrialDetails> {
  const found = await findTrialByName(database, asked);
  const [attempts, evaluations] = await Promise.all([
    listAttempts(database, found.trial.id),
    listEvaluations(database, found.trial.id),
  ]);
  return { ...found, name: trialName(found), provenance: provenanceAmong(attempts), attempts, evaluations };
}

export function provenanceAmong(attempts: readonly AttemptRow[]): Provenance | null {
  const complete = attempts.find(({ state }) => state === 'complete');
  if (complete) return complete.provenance;
  return attempts.findLast(({ provenance }) => provenance !== null)?.provenance ?? null;
}
