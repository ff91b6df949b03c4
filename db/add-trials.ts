// A sweep that grows: trials that it does not have yet join it, the others stay as they are.
import { eq, sql } from 'drizzle-orm';
import { isAboutOneLabel, positiveLabel } from '../sweep/labels.ts';
import { type Database, type Transaction, ask } from './client.ts';
import { nextPosition } from './conclusion.ts';
import { OtherInputsError } from './errors.ts';
import { otherSetupThan } from './inputs.ts';
import { contentHash, factsToKeep, type NewSweep, searchesMore } from './new-sweep.ts';
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
 * @throws UnknownSweepError, or OtherInputsError where backbone or data are not those of the sweep
 */
export async function addTrials(database: Database, asked: NewSweep): Promise<Added> {
  const { id } = await findSweep(database, asked.name);
  return ask(database, () =>
    database.transaction(async (transaction) => {
      const sweep = await lockSweep(transaction, id);
      await refuseOtherInputs(transaction, sweep, asked);
      await refuseOtherLabel(transaction, sweep, asked);
      const stored = await transaction.select({ key: trials.trialKey }).from(trials).where(eq(trials.sweepId, id));
      const keys = new Set(stored.map(({ key }) => key));
      const fresh = asked.trials.filter(({ trialKey }) => !keys.has(trialKey));
      const present = asked.trials.length - fresh.length;
      const searches = searchesMore(sweep.spec, asked.spec);
      if (fresh.length > 0 || searches) await join(transaction, { sweep, asked, fresh });
      // What a search has proposed stands in no file.
      const unnamed = asked.spec.search?.kind === 'tpe' ? 0 : stored.length - present;
      return { sweep, added: fresh.length, searches, present, unnamed };
    }),
  );
}

interface Joining {
  sweep: SweepRow;
  asked: NewSweep;
  fresh: NewSweep['trials'];
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

/** With other weights or other data every trial would be a new one, and its numbers no match for those that are there. */
async function refuseOtherInputs(transaction: Transaction, sweep: SweepRow, asked: NewSweep): Promise<void> {
  const [first] = asked.trials;
  const found = first?.trial.backbone.fingerprint ?? '';
  if (found !== sweep.backboneFingerprint) {
    throw new OtherInputsError(
      `Expected the backbone of sweep \`${sweep.name}\`, \`${sweep.backbone}\` with the fingerprint ${short(sweep.backboneFingerprint)}, found \`${asked.spec.backbone}\` with ${short(found)}. Give the file another \`name\`.`,
    );
  }
  const setup = first?.trial.backbone.setup;
  const other = await otherSetupThan(transaction, { sweepId: sweep.id, setup });
  if (setup !== undefined && other !== null) {
    throw new OtherInputsError(
      `Expected config.json and tokenizer of \`${sweep.backbone}\` to be those of sweep \`${sweep.name}\` with the fingerprint ${short(other)}, found ${short(setup)}. Give the file another \`name\`.`,
    );
  }
  const stored = await transaction
    .selectDistinct({ task: trials.task, fingerprint: fingerprintOfData })
    .from(trials)
    .where(eq(trials.sweepId, sweep.id));
  for (const { trial } of asked.trials) {
    const { name, data } = trial.task;
    const known = stored.filter(({ task }) => task === name);
    if (known.length === 0 || known.some(({ fingerprint }) => fingerprint === data.fingerprint)) continue;
    throw new OtherInputsError(
      `Expected the data of task \`${name}\` to be those of sweep \`${sweep.name}\` with the fingerprint ${short(known[0]?.fingerprint ?? '')}, found ${short(data.fingerprint)}. Give the file another \`name\`.`,
    );
  }
}

/** F1 of one label and F1 of another would be averaged, ranked and chosen among as one metric. */
async function refuseOtherLabel(transaction: Transaction, sweep: SweepRow, asked: NewSweep): Promise<void> {
  const stored = await transaction
    .selectDistinct({ task: trials.task, metric: trials.metric, named: namedLabel })
    .from(trials)
    .where(eq(trials.sweepId, sweep.id));
  for (const { name, metric, labelWords, positive } of asked.trials.map(({ trial }) => trial.task)) {
    if (!isAboutOneLabel(metric)) continue;
    const found = positiveLabel({ labelWords, positive });
    const known = stored
      .filter((row) => row.task === name && row.metric === metric)
      .map(({ named }) => positiveLabel({ labelWords, positive: named ?? undefined }));
    const [other] = known.filter((label) => label !== found);
    if (other === undefined) continue;
    throw new OtherInputsError(
      `Expected \`positive\` of task \`${name}\` to be that of sweep \`${sweep.name}\`, \`${other}\`, found \`${found}\`. Give the file another \`name\`.`,
    );
  }
}

const namedLabel = sql<string | null>`${trials.trial} #>> '{task,positive}'`;
const fingerprintOfData = sql<string>`${trials.trial} #>> '{task,data,fingerprint}'`;

function short(fingerprint: string): string {
  return fingerprint.slice(0, 12);
}
