import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SweepExistsError, UnknownSweepError } from '../../db/errors.ts';
import { listResults } from '../../db/results.ts';
import { listChanges } from '../../db/sweep-differences.ts';
import { countStates, createSweep, findSweep, listSweeps, setSweepState } from '../../db/sweeps.ts';
import { listWaiting } from '../../db/trials.ts';
import { expand } from '../../sweep/plan.ts';
import { type TestDatabase, createTestDatabase } from '../support/postgres.ts';
import { FACTS, findTrial, smallSweep } from '../support/trials.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

describe('a sweep', () => {
  test('is written with its trials, and found by name and by id', async () => {
    const { database } = own;
    const asked = smallSweep();
    const { sweep, created } = await createSweep(database, asked);
    expect(created).toBe(true);
    expect(sweep).toMatchObject({ name: asked.name, state: 'waiting', backboneFingerprint: 'weights-1' });
    expect(await findSweep(database, asked.name)).toEqual(sweep);
    expect(await findSweep(database, sweep.id)).toEqual(sweep);
    const waiting = await listWaiting(database, { sweepId: sweep.id, limit: 100 });
    expect(waiting).toHaveLength(8);
    const trials = await Promise.all(waiting.map((id) => findTrial(database, id)));
    expect(trials.map(({ trialKey }) => trialKey)).toEqual(asked.trials.map(({ trialKey }) => trialKey));
    expect(trials.map(({ trial }) => trial)).toEqual(asked.trials.map(({ trial }) => trial));
  });

  test('launched again unchanged is the same sweep, with its trials once', async () => {
    const { database } = own;
    const asked = smallSweep();
    const first = await createSweep(database, asked);
    const again = await createSweep(database, { ...asked, source: `${asked.source}# a remark\n` });
    expect(again).toEqual({ sweep: first.sweep, created: false });
    expect(await countStates(database, first.sweep.id)).toMatchObject({ waiting: 8, running: 0, complete: 0 });
  });

  test('created twice at the same moment is one sweep', async () => {
    const { database } = own;
    const asked = smallSweep();
    const both = await Promise.all([createSweep(database, asked), createSweep(database, asked)]);
    expect(both.map(({ created }) => created).sort()).toEqual([false, true]);
    expect(both[0].sweep.id).toBe(both[1].sweep.id);
    expect(await listResults(database, { sweepId: both[0].sweep.id })).toHaveLength(8);
  });

  test('with other trials under a taken name is refused, saying what changed', async () => {
    const { database } = own;
    const asked = smallSweep();
    await createSweep(database, asked);
    const error = await createSweep(database, smallSweep(asked.name, '[3, 6, 9]')).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SweepExistsError);
    expect((error as SweepExistsError).changes).toEqual([
      'methods[2].insertionLayer: [3,6] → [3,6,9]',
      'trials: 0 no longer wanted, 2 new',
    ]);
  });

  test('whose data changed behind the same file is refused as well', async () => {
    const { database } = own;
    const asked = smallSweep();
    await createSweep(database, asked);
    const mr = FACTS.tasks['mr']!;
    const facts = { ...FACTS, tasks: { mr: { ...mr, data: { ...mr.data, fingerprint: 'data-2' } } } };
    const changed = { ...asked, trials: expand(asked.spec, facts).trials };
    await expect(createSweep(database, changed)).rejects.toThrow(/what it names has changed/);
  });

  test('whose config.json or tokenizer changed behind the same file is refused, for its trials are others', async () => {
    const { database } = own;
    const asked = smallSweep();
    const withSetup = (setup: string | undefined) => {
      const facts = { ...FACTS, backbone: { ...FACTS.backbone, setup } };
      return { ...asked, trials: expand(asked.spec, facts).trials };
    };
    const { sweep } = await createSweep(database, withSetup('setup-1'));
    const error = await createSweep(database, withSetup('setup-2')).catch((reason: unknown) => reason);
    expect((error as SweepExistsError).changes).toEqual([
      'config.json or tokenizer of the backbone: setup-1 → setup-2',
      'trials: 0 no longer wanted, 0 new',
    ]);
    expect(await listChanges(database, sweep, withSetup('setup-2'))).toHaveLength(2);
    expect(await listChanges(database, sweep, withSetup('setup-1'))).toEqual([]);
    // Launched before anything was kept of them, a sweep is the same as ever.
    const older = smallSweep();
    await createSweep(database, older);
    const facts = { ...FACTS, backbone: { ...FACTS.backbone, setup: 'setup-1' } };
    expect(await createSweep(database, { ...older, trials: expand(older.spec, facts).trials })).toMatchObject({
      created: false,
    });
  });

  test('that nobody made is refused with the nearest names', async () => {
    const { database } = own;
    const { sweep } = await createSweep(database, smallSweep('layers-of-reviews'));
    const error = await findSweep(database, 'layer-of-review').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UnknownSweepError);
    expect((error as UnknownSweepError).nearest[0]).toBe(sweep.name);
  });

  test('has its start and end stamped once, and no end while it runs again', async () => {
    const { database } = own;
    const { sweep } = await createSweep(database, smallSweep());
    const at = { sweepId: sweep.id };
    await setSweepState(database, { ...at, state: 'running' });
    const started = await findSweep(database, sweep.name);
    await setSweepState(database, { ...at, state: 'failed', error: 'two trials failed' });
    const failed = await findSweep(database, sweep.name);
    await setSweepState(database, { ...at, state: 'failed', error: 'two trials failed' });
    expect(await findSweep(database, sweep.name)).toEqual(failed);
    expect(failed).toMatchObject({ state: 'failed', error: 'two trials failed', startedAt: started.startedAt });
    expect(failed.finishedAt).not.toBeNull();
    await setSweepState(database, { ...at, state: 'running' });
    const again = await findSweep(database, sweep.name);
    expect(again).toMatchObject({ state: 'running', error: null, finishedAt: null, startedAt: started.startedAt });
  });

  test('is listed with its trials counted by state', async () => {
    const { database } = own;
    const { sweep } = await createSweep(database, smallSweep());
    const listed = (await listSweeps(database)).find(({ id }) => id === sweep.id);
    expect(listed?.counts).toEqual({
      waiting: 8,
      running: 0,
      complete: 0,
      failed: 0,
      cancelled: 0,
      paused: 0,
      'stopped-early': 0,
    });
  });
});
