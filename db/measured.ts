// What earlier trials of the same backbone took: from this the next ones are estimated.
import { and, desc, eq, sql } from 'drizzle-orm';
import type { MeasuredTrial } from '../sweep/measured.ts';
import { type Database, ask } from './client.ts';
import { attempts, sweeps, trials } from './schema.ts';

/** The newest sweeps of the backbone; what older ones took says little of today. */
const SWEEPS_ASKED = 20;
/** Of each sweep, the trials that finished last. */
const TRIALS_ASKED = 500;

/** Complete trials with these weights, the newest first. */
export function listMeasured(database: Database, backboneFingerprint: string): Promise<MeasuredTrial[]> {
  const newest = database
    .select({ id: sweeps.id })
    .from(sweeps)
    .where(eq(sweeps.backboneFingerprint, backboneFingerprint))
    .orderBy(desc(sweeps.createdAt))
    .limit(SWEEPS_ASKED)
    .as('newest');
  const ended = database
    .select({
      device: attempts.device,
      method: trials.method,
      insertionLayer: trials.insertionLayer,
      stepFlops: trials.stepFlops,
      flops: trials.flops,
      msPerStep: trials.msPerStep,
      // One that went on from a checkpoint did only the rest in this time.
      seconds: sql<number | null>`case when ${attempts.resumedFromStep} is null
        then extract(epoch from ${attempts.finishedAt} - ${attempts.startedAt})::float8 end`.as('seconds'),
      peakMemoryMiB: trials.peakMemoryMib,
      finishedAt: trials.finishedAt,
    })
    .from(trials)
    .innerJoin(attempts, and(eq(attempts.trialId, trials.id), eq(attempts.attempt, trials.attempt)))
    // One that had others beside it took a share of what they all took, or waited for them.
    .where(and(eq(trials.sweepId, newest.id), eq(trials.state, 'complete'), sql`${trials.measuredJointly} is not true`))
    .orderBy(desc(trials.finishedAt))
    .limit(TRIALS_ASKED)
    .as('ended');
  return ask(database, () =>
    database
      .select({
        device: ended.device,
        method: ended.method,
        insertionLayer: ended.insertionLayer,
        stepFlops: ended.stepFlops,
        flops: ended.flops,
        msPerStep: ended.msPerStep,
        seconds: ended.seconds,
        peakMemoryMiB: ended.peakMemoryMiB,
      })
      .from(newest)
      .innerJoinLateral(ended, sql`true`)
      .orderBy(desc(ended.finishedAt)),
  );
}
