import { afterAll, beforeAll, expect, test } from 'vitest';
import { statusRecord } from '../../cli/status.ts';
import { statusOf } from '../../control/status.ts';
import { endAttempt } from '../../db/attempts.ts';
import { beginAttempt } from '../../db/begin-attempt.ts';
import { createSweep } from '../../db/sweeps.ts';
import { failTrial, listWaiting } from '../../db/trials.ts';
import { type TestDatabase, createTestDatabase } from '../support/postgres.ts';
import { smallSweep } from '../support/trials.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

const WHO = { worker: 'host-1', device: 'cpu', workflowRunId: 'run-1' };

test('status says of each kind how many trials and attempts it cost, and its first message in time', async () => {
  const { database } = own;
  const { sweep } = await createSweep(database, smallSweep());
  const ids = await listWaiting(database, { sweepId: sweep.id, limit: 3 });
  const [early = '', middle = '', late = ''] = ids;
  for (const trialId of ids) await beginAttempt(database, { trialId, ...WHO });
  // In time the last of them by position comes first, and an attempt whose trial went on before them all.
  const lost = { kind: 'trainer-lost', message: 'signal 9' } as const;
  await endAttempt(database, { trialId: middle, workflowRunId: 'run-1', error: lost });
  await beginAttempt(database, { trialId: middle, ...WHO });
  await failTrial(database, { trialId: late, attempt: 1, error: { kind: 'data', message: 'row 3' } });
  await failTrial(database, { trialId: early, attempt: 1, error: { kind: 'data', message: 'row 1' } });
  await failTrial(database, { trialId: middle, attempt: 2, error: { kind: 'trainer-lost', message: 'signal 11' } });
  const { errors } = statusRecord(await statusOf({ database }, sweep.name));
  expect(errors).toBe(
    '2 trials failed, 2 attempts ended with data (not retried), first: row 3; ' +
      '1 trial failed, 2 attempts ended with trainer-lost (retried elsewhere), first: signal 9',
  );
});
