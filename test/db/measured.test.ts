import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginAttempt } from '../../db/begin-attempt.ts';
import { listMeasured } from '../../db/measured.ts';
import { attempts } from '../../db/schema.ts';
import { createSweep } from '../../db/sweeps.ts';
import { finishTrial, listWaiting } from '../../db/trials.ts';
import { type TestDatabase, createTestDatabase } from '../support/postgres.ts';
import { outcomeOf, smallSweep } from '../support/trials.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

test('earlier trials tell device, layer, step, memory and time; unfinished ones and other weights take no part', async () => {
  const planned = smallSweep('earlier');
  const { sweep } = await createSweep(own.database, planned);
  // In running order: zero-shot, prompt tuning, LPT at 3, LPT at 6; the last is left waiting.
  const ids = await listWaiting(own.database, { sweepId: sweep.id, limit: 3 });
  for (const trialId of ids) {
    await beginAttempt(own.database, { trialId, worker: 'host-1', device: 'gpu', workflowRunId: 'run-1' });
    await finishTrial(own.database, { trialId, attempt: 1, outcome: outcomeOf(0.7, 0.6) });
    await own.database
      .update(attempts)
      .set({ startedAt: sql`${attempts.finishedAt} - interval '90 seconds'` })
      .where(eq(attempts.trialId, trialId));
  }
  await own.database.update(attempts).set({ resumedFromStep: 20 }).where(eq(attempts.trialId, ids[1]!));
  const measured = await listMeasured(own.database, 'weights-1');
  expect(measured.map(({ method, insertionLayer, seconds }) => [method, insertionLayer, seconds])).toEqual([
    ['lpt', 3, 90],
    // It went on from a checkpoint.
    ['prompt-tuning', 0, null],
    ['zero-shot', null, 90],
  ]);
  const { stepFlops, flops } = planned.trials[2]!;
  expect(measured[0]).toMatchObject({ device: 'gpu', stepFlops, flops, msPerStep: 50, peakMemoryMiB: 900.5 });
  expect(await listMeasured(own.database, 'other weights')).toEqual([]);
});
