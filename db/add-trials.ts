// A sweep that grows: trials that it does not have yet join it, the others stay as they are.
import { eq } from 'drizzle-orm';
import type { PlannedTrial } from '../sweep/plan.ts';
import { trialKey } from '../sweep/trial-key.ts';
import { type Database, type Transaction, ask } from './client.ts';
import { nextPosition } from './conclusion.ts';
import { contentHash, factsToKeep, searchesMore, type SweepToAdd } from './new-sweep.ts';
import { refuseOtherInputs } from './other-inputs.ts';
import { sweeps, trials } from './schema.ts';
import { findSweep, insertTrials, lockSweep, type SweepRow, writeState } from './sweeps.ts';

export interface Added {
  /** As it was before. */
  sweep: SweepRow;
  added: number;
  /** The file has the search come to more configurations than before. */
  searches: boolean;
  /** Trials that the file asks for and the sweep had. */
  present: number;
  /** Trials of the sweep that the file no longer asks for: they stay. */
  unnamed: number;
}

/**
 * The file becomes the sweep's. Safe from two processes at one time: whoever comes second finds the trials there.
 * @throws UnknownSweepError, or OtherInputsError where backbone, data, or what a task is made of are not those of the sweep
 */
export async function addTrials(database: Database, asked: SweepToAdd): Promise<Added> {
  const { id } = await findSweep(database, asked.name);
  return ask(database, () =>
    database.transaction(async (transaction) => {
      const sweep = await lockSweep(transaction, id);
      await refuseOtherInputs(transaction, sweep, asked);
      const stored = await transaction.select({ key: trials.trialKey }).from(trials).where(eq(trials.sweepId, id));
      const fresh = await missingFrom(transaction, { sweepId: id, stored: stored.map(({ key }) => key), asked });
      const present = asked.trials.length - fresh.length;
      const searches = searchesMore(sweep.spec, asked.spec);
      if (fresh.length > 0 || searches) await join(transaction, { sweep, asked, fresh });
      // What a search has proposed stands in no file.
      const unnamed = asked.spec.search?.kind === 'tpe' ? 0 : stored.length - present;
      return { sweep, added: fresh.length, searches, present, unnamed };
    }),
  );
}

interface Compared {
  sweepId: string;
  stored: string[];
  asked: SweepToAdd;
}

/** A sweep keeps the keys that it was launched with; a trial that has another one today is there all the same. */
async function missingFrom(transaction: Transaction, { sweepId, stored, asked }: Compared): Promise<PlannedTrial[]> {
  const [known, wanted] = [new Set(stored), new Set(asked.trials.map(({ trialKey: key }) => key))];
  const fresh = asked.trials.filter(({ trialKey: key }) => !known.has(key));
  if (fresh.length === 0 || stored.every((key) => wanted.has(key))) return fresh;
  const rows = await transaction.select({ trial: trials.trial }).from(trials).where(eq(trials.sweepId, sweepId));
  const { architecture } = asked.facts.backbone;
  const today = new Set(rows.map(({ trial }) => trialKey(trial, architecture)));
  return fresh.filter(({ trialKey: key }) => !today.has(key));
}

interface Joining {
  sweep: SweepRow;
  asked: SweepToAdd;
  fresh: PlannedTrial[];
}

async function join(transaction: Transaction, { sweep, asked, fresh }: Joining): Promise<void> {
  const { source, spec } = asked;
  const facts = factsToKeep(asked);
  const next = await nextPosition(transaction, sweep.id);
  await insertTrials(
    transaction,
    sweep,
    fresh.map((trial, index) => ({ ...trial, position: next + index })),
  );
  // A window that was set by hand holds until the file says another one than before.
  const window = spec.window === sweep.spec.window ? sweep.window : spec.window;
  await transaction
    .update(sweeps)
    .set({ source, spec, facts, window, contentHash: contentHash(asked.trials) })
    .where(eq(sweeps.id, sweep.id));
  if (sweep.state !== 'paused') await writeState(transaction, { sweepId: sweep.id, state: 'running' });
}
