import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { sql } from 'drizzle-orm';
import { endAttempt } from '../../db/attempts.ts';
import { beginAttempt, type Begun, type Declined, type Settled } from '../../db/begin-attempt.ts';
import { createSweep } from '../../db/sweeps.ts';
import { finishTrial, listWaiting } from '../../db/trials.ts';
import type { ErrorKind } from '../../sweep/error-kinds.ts';
import { type TestDatabase, createTestDatabase } from '../support/postgres.ts';
import { outcomeOf, smallSweep } from '../support/trials.ts';

/** Attempts of other sweeps tell of other workers, so each test has a database of its own. */
const all: TestDatabase[] = [];
let own: TestDatabase;
beforeEach(async () => {
  own = await createTestDatabase();
  all.push(own);
});
afterAll(() => Promise.all(all.map(({ drop }) => drop())));

const begin = (trialId: string, worker: string, device = 'cpu'): Promise<Begun | Settled | Declined> =>
  beginAttempt(own.database, { trialId, worker, device, workflowRunId: 'run-1', mayLeave: true });

const lose = (trialId: string, kind: ErrorKind): Promise<unknown> =>
  endAttempt(own.database, { trialId, workflowRunId: 'run-1', error: { kind, message: 'gone' } });

async function twoTrials(): Promise<[string, string]> {
  const { sweep } = await createSweep(own.database, smallSweep());
  const [one = '', other = ''] = await listWaiting(own.database, { sweepId: sweep.id, limit: 2 });
  return [one, other];
}

describe('a trial that its worker has lost', () => {
  test.each(['trainer-lost', 'worker-lost', 'hub-away'] as const)(
    'with %s is left to another at work',
    async (kind) => {
      const [trial, other] = await twoTrials();
      await begin(other, 'host-2');
      await begin(trial, 'host-1');
      await lose(trial, kind);
      expect(await begin(trial, 'host-1')).toEqual({ kind: 'declined', why: 'left to another' });
      expect(await begin(trial, 'host-2')).toMatchObject({ kind: 'begun', attempt: 2 });
    },
  );

  test('is taken by the same worker where nobody else is there, or nobody with such a device', async () => {
    const [trial, other] = await twoTrials();
    await begin(trial, 'host-1');
    await lose(trial, 'trainer-lost');
    expect(await begin(trial, 'host-1')).toMatchObject({ kind: 'begun', attempt: 2 });
    await lose(trial, 'trainer-lost');
    await begin(other, 'host-2', 'gpu');
    expect(await begin(trial, 'host-1')).toMatchObject({ kind: 'begun', attempt: 3 });
  });

  test('is taken by the same worker where the others have not been at work for ten minutes', async () => {
    const [trial, other] = await twoTrials();
    await begin(other, 'host-2');
    await finishTrial(own.database, { trialId: other, attempt: 1, outcome: outcomeOf(0.7, 0.6) });
    await begin(trial, 'host-1');
    await lose(trial, 'trainer-lost');
    expect(await begin(trial, 'host-1')).toMatchObject({ kind: 'declined' });
    await own.database.execute(sql`update attempts set finished_at = now() - interval '11 minutes'`);
    expect(await begin(trial, 'host-1')).toMatchObject({ kind: 'begun', attempt: 2 });
  });

  test('with another kind of error is nobody’s fault, and not left', async () => {
    const [trial, other] = await twoTrials();
    await begin(other, 'host-2');
    await begin(trial, 'host-1');
    await lose(trial, 'out-of-memory');
    expect(await begin(trial, 'host-1')).toMatchObject({ kind: 'begun', attempt: 2, shrink: 1 });
  });
});
