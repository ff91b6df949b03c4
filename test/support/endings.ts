// Sweeps whose trials end as a test wants: complete with a score, stopped early, or failed.
import { eq } from 'drizzle-orm';
import { beginAttempt } from '../../db/begin-attempt.ts';
import type { Database } from '../../db/client.ts';
import { trials } from '../../db/schema.ts';
import { createSweep } from '../../db/sweeps.ts';
import { failTrial, finishTrial, listWaiting } from '../../db/trials.ts';
import type { ErrorKind } from '../../sweep/error-kinds.ts';
import { parseSweep } from '../../sweep/parse.ts';
import { outcomeOf, planOf } from './trials.ts';

/** A score on dev and on test alike; a stopping rule; or what it failed with. */
export type Ending = number | 'stopped-early' | ErrorKind;

/** Two data seeds of these methods, as YAML. */
export async function partialSweep(
  database: Database,
  { name, methods }: { name: string; methods: string },
): Promise<{ sweepId: string; ids: string[] }> {
  const source = `
name: ${name}
tasks: [mr]
regime: { fewShot: 32, devSize: 100 }
dataSeeds: [13, 21]
training: { steps: 40, batchSize: 8, evaluateEvery: 20 }
methods:${methods}
`;
  const planned = { name, source, spec: parseSweep(source), trials: planOf(source).trials };
  const { sweep } = await createSweep(database, planned);
  return { sweepId: sweep.id, ids: await listWaiting(database, { sweepId: sweep.id, limit: 1000 }) };
}

/** The first of its trials, in running order. */
export async function endInOrder(
  database: Database,
  { sweepId, endings }: { sweepId: string; endings: readonly Ending[] },
): Promise<void> {
  const ids = await listWaiting(database, { sweepId, limit: endings.length });
  for (const [index, trialId] of ids.entries()) {
    await beginAttempt(database, { trialId, worker: 'host-1', device: 'cpu', workflowRunId: 'run-1' });
    const ending = endings[index]!;
    if (typeof ending === 'number')
      await finishTrial(database, { trialId, attempt: 1, outcome: outcomeOf(ending, ending) });
    else if (ending === 'stopped-early')
      await database.update(trials).set({ state: ending, finishedAt: new Date() }).where(eq(trials.id, trialId));
    else await failTrial(database, { trialId, attempt: 1, error: { kind: ending, message: 'as the test wants' } });
  }
}
