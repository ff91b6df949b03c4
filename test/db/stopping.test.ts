import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { replaySweep } from '../../control/replay.ts';
import { addTrials } from '../../db/add-trials.ts';
import { endAttempt, listAttempts } from '../../db/attempts.ts';
import { beginAttempt } from '../../db/begin-attempt.ts';
import { loadCheckpoint, saveCheckpoint } from '../../db/checkpoints.ts';
import { concludeSweep } from '../../db/conclusion.ts';
import { recordEvaluation } from '../../db/evaluations.ts';
import { continueTrials, haltTrials, requeueTrials } from '../../db/orders.ts';
import { settleStopping } from '../../db/standing-orders.ts';
import { listRunning, takeBack } from '../../db/reconciling.ts';
import { countStates, createSweep } from '../../db/sweeps.ts';
import { finishTrial, listWaiting, stopTrial } from '../../db/trials.ts';
import { expand } from '../../sweep/plan.ts';
import type { Stopping, StopReason } from '../../sweep/stopping/rule.ts';
import { type TestDatabase, createTestDatabase } from '../support/postgres.ts';
import { FACTS, findTrial, outcomeOf, smallSweep } from '../support/trials.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

const WORKER = { worker: 'host-1', device: 'cpu', workflowRunId: 'run-1' };
const MEDIAN: Stopping = { rule: 'median', gracePeriod: 0.5, leastTrials: 2 };

interface Begun {
  trialId: string;
  attempt: number;
}

/** Prompt tuning and LPT at 3, 6 and 9 for data seed 13, then the same for 21: 40 steps, dev at 20 and 40. */
async function trained(stopping: Stopping | null = MEDIAN): Promise<{ sweepId: string; ids: string[] }> {
  const asked = smallSweep(undefined, '[3, 6, 9]');
  const { sweep } = await createSweep(own.database, {
    ...asked,
    spec: { ...asked.spec, ...(stopping ? { stopping } : {}) },
  });
  const ids = await listWaiting(own.database, { sweepId: sweep.id, limit: 100 });
  const isTrained = asked.trials.map(({ trial }) => trial.training.steps > 0);
  return { sweepId: sweep.id, ids: ids.filter((_, index) => isTrained[index]) };
}

async function begin(trialId: string): Promise<Begun> {
  const begun = await beginAttempt(own.database, { trialId, ...WORKER });
  if (begun.kind !== 'begun') throw new Error(`Expected trial ${trialId} to begin, found it ${begun.kind}.`);
  return { trialId, attempt: begun.attempt };
}

function scored(of: Begun, score: number, step = 20): Promise<StopReason | null> {
  const evaluation = { step, split: 'dev', metric: 'accuracy', score, loss: 0.5, examples: 100 } as const;
  return recordEvaluation(own.database, { ...of, evaluation });
}

/** The statements that read scores of other trials. */
async function othersRead(work: () => Promise<unknown>): Promise<string[]> {
  const query = vi.spyOn(pg.Client.prototype, 'query');
  try {
    await work();
    const statements = (query.mock.calls as unknown as [{ text?: string }][]).map(([{ text = '' }]) => text);
    expect(statements.length).toBeGreaterThan(0);
    return statements.filter((text) => /join "evaluations"/.test(text));
  } finally {
    query.mockRestore();
  }
}

/** The first two have 0.8 and 0.7 by step 20; the third is about to say. */
async function third(stopping: Stopping | null = MEDIAN): Promise<Begun & { sweepId: string; ids: string[] }> {
  const { sweepId, ids } = await trained(stopping);
  for (const [index, score] of [0.8, 0.7].entries()) expect(await scored(await begin(ids[index]!), score)).toBeNull();
  return { ...(await begin(ids[2]!)), sweepId, ids };
}

describe('a trial that is scored on dev', () => {
  test('is stopped where its rule says so, and keeps its reason, its scores and its checkpoint', async () => {
    const { sweepId, ...of } = await third();
    // The median of 0.8 and 0.7 is 0.75. Zero-shot is at position 0.
    const reason = await scored(of, 0.6);
    expect(reason).toMatchObject({ rule: 'median', step: 20, score: 0.6, threshold: 0.75, comparedWith: [1, 2] });
    expect(await findTrial(own.database, of.trialId)).toMatchObject({ state: 'running', stopAs: 'stopped-early' });
    await saveCheckpoint(own.database, { ...of, kind: 'last', step: 20, bytes: new Uint8Array([7]) });
    expect(await stopTrial(own.database, of)).toBe('stopped-early');
    const row = await findTrial(own.database, of.trialId);
    expect(row).toMatchObject({ state: 'stopped-early', stopAs: null, devScore: null, testScore: null });
    expect(row.stopReason).toEqual(reason);
    expect(row.finishedAt).not.toBeNull();
    expect((await listAttempts(own.database, of.trialId))[0]).toMatchObject({ state: 'stopped-early' });
    expect((await loadCheckpoint(own.database, { trialId: of.trialId, kind: 'last' }))?.step).toBe(20);
    expect(await countStates(own.database, sweepId)).toMatchObject({ 'stopped-early': 1, running: 2 });
  });

  test('gets the same answer when the write is repeated, whatever others have scored meanwhile', async () => {
    const { ids, ...of } = await third();
    const reason = await scored(of, 0.6);
    await scored(await begin(ids[3]!), 0.1);
    expect(await scored(of, 0.6)).toEqual(reason);
  });

  test('goes on where it is no worse, where other seeds alone are better, and where the file asks for no rule', async () => {
    expect(await scored(await third(), 0.75)).toBeNull();
    const { ids } = await third();
    expect(await scored(await begin(ids[4]!), 0.1)).toBeNull();
    expect(await scored(await third({ ...MEDIAN, gracePeriod: 0.6 }), 0.1)).toBeNull();
    expect(await scored(await third(null), 0.1)).toBeNull();
  });

  test('has others read only where its rule judges: behind the grace period, before the end, of its own seeds', async () => {
    const { trialId, attempt } = await third();
    expect(await othersRead(() => scored({ trialId, attempt }, 0.8, 10))).toEqual([]);
    expect(await othersRead(() => scored({ trialId, attempt }, 0.8, 40))).toEqual([]);
    const [read = '', ...more] = await othersRead(() => scored({ trialId, attempt }, 0.8));
    expect(more).toEqual([]);
    expect(read).toMatch(/"data_seed" = .*"train_seed" = /);
    const paired = await third({ rule: 'paired', gracePeriod: 0.5, leastSeeds: 2, p: 0.1 });
    const [ofAllSeeds = ''] = await othersRead(() => scored(paired, 0.8));
    expect(ofAllSeeds).not.toMatch(/"data_seed" = /);
    expect(ofAllSeeds).toContain('evaluations');
  });

  test('is held against none of another metric, neither while it runs nor in a replay', async () => {
    const { sweepId, ids, ...of } = await third();
    const asked = smallSweep(sweepId, '[3, 6, 9]');
    const facts = { ...FACTS, tasks: { mr: { ...FACTS.tasks['mr']!, metric: 'f1' as const } } };
    const spec = { ...asked.spec, stopping: MEDIAN };
    await addTrials(own.database, { ...asked, spec, trials: expand(spec, facts).trials });
    const added = (await listWaiting(own.database, { sweepId, limit: 100 })).slice(-10);
    // The second: zero-shot is the first.
    const byF1 = await begin(added[1]!);
    expect(await scored(byF1, 0.1)).toBeNull();
    expect(await scored(of, 0.6)).not.toBeNull();
    for (const done of [{ trialId: ids[0]!, attempt: 1 }, byF1])
      await finishTrial(own.database, { ...done, outcome: outcomeOf(0.7, 0.6) });
    const { rows } = await replaySweep(own, sweepId, [MEDIAN]);
    expect(rows.map(({ metric, trials }) => [metric, trials])).toEqual([
      ['accuracy', 1],
      ['f1', 1],
    ]);
  });

  test('is what a person told it to be, where a rule speaks later', async () => {
    const { sweepId, trialId, attempt } = await third();
    await haltTrials(own.database, { sweepId, ids: [trialId], as: 'paused' });
    expect(await scored({ trialId, attempt }, 0.6)).toBeNull();
    expect(await stopTrial(own.database, { trialId })).toBe('paused');
    expect((await findTrial(own.database, trialId)).stopReason).toBeNull();
  });

  test('is judged again where it was paused and continued before its trainer had stopped', async () => {
    const { sweepId, trialId, attempt } = await third();
    await haltTrials(own.database, { sweepId, ids: [trialId], as: 'paused' });
    await continueTrials(own.database, { sweepId, ids: [trialId] });
    expect(await scored({ trialId, attempt }, 0.6)).toMatchObject({ rule: 'median', threshold: 0.75 });
    expect(await stopTrial(own.database, { trialId })).toBe('stopped-early');
  });

  test('whose worker dies before it has stopped is stopped by the attempt that comes after', async () => {
    const { trialId, attempt } = await third();
    const reason = await scored({ trialId, attempt }, 0.6);
    const next = await beginAttempt(own.database, { trialId, ...WORKER });
    expect(next).toEqual({ kind: 'settled', isNew: true, state: 'stopped-early', outcome: null });
    expect((await findTrial(own.database, trialId)).stopReason).toEqual(reason);
    expect(await listAttempts(own.database, trialId)).toMatchObject([{ state: 'superseded' }]);
  });
});

describe('a trial that a rule has marked and a person then cancels', () => {
  const error = { kind: 'worker-stopping', message: 'bye' } as const;
  const ends: [string, (of: Begun & { sweepId: string }) => Promise<unknown>][] = [
    ['is settled without a worker', ({ sweepId }) => settleStopping(own.database, sweepId)],
    [
      'is taken back from nobody',
      async ({ sweepId }) => takeBack(own.database, { sweepId, seen: await listRunning(own.database, sweepId) }),
    ],
    ['would begin its next attempt', ({ trialId }) => beginAttempt(own.database, { trialId, ...WORKER })],
  ];

  test.each(ends)('has ended as cancelled, without the reason of the rule, where it %s', async (_, end) => {
    const { ids, ...of } = await third();
    expect(await scored(of, 0.6)).not.toBeNull();
    await haltTrials(own.database, { sweepId: of.sweepId, ids: [of.trialId], as: 'cancelled' });
    await end(of);
    const row = await findTrial(own.database, of.trialId);
    expect(row).toMatchObject({ state: 'cancelled', stopAs: null, stopReason: null });
    expect(row.finishedAt).not.toBeNull();
  });

  test('has no reason of the rule either where a stopping worker had given it back before', async () => {
    const { sweepId, trialId, attempt } = await third();
    await scored({ trialId, attempt }, 0.6);
    await endAttempt(own.database, { trialId, workflowRunId: WORKER.workflowRunId, error });
    await haltTrials(own.database, { sweepId, ids: [trialId], as: 'cancelled' });
    expect(await findTrial(own.database, trialId)).toMatchObject({ state: 'cancelled', stopReason: null });
  });
});

describe('a trial that was stopped early', () => {
  test('runs again only where it is asked for, and no rule stops it any more', async () => {
    const { sweepId, trialId, attempt } = await third();
    await scored({ trialId, attempt }, 0.6);
    await stopTrial(own.database, { trialId });
    const usual = { sweepId, states: ['failed', 'cancelled'] } as const;
    expect(await requeueTrials(own.database, { ...usual, states: [...usual.states] })).toMatchObject({ changed: 0 });
    expect(await requeueTrials(own.database, { sweepId, states: ['stopped-early'] })).toMatchObject({ changed: 1 });
    expect(await findTrial(own.database, trialId)).toMatchObject({
      state: 'waiting',
      isSpared: true,
      stopReason: null,
    });
    const again = await begin(trialId);
    expect(await scored(again, 0.6)).toBeNull();
    await finishTrial(own.database, { ...again, outcome: outcomeOf(0.65, 0.6) });
    expect(await findTrial(own.database, trialId)).toMatchObject({ state: 'complete', devScore: 0.65 });
  });

  test('leaves its sweep complete when all others are', async () => {
    const { sweepId, ids, ...of } = await third();
    await scored(of, 0.6);
    await stopTrial(own.database, of);
    for (const trialId of await listWaiting(own.database, { sweepId, limit: 100 })) await begin(trialId);
    const all = await own.database.execute<{ id: string; attempt: number }>(
      `select id, attempt from trials where sweep_id = '${sweepId}' and state = 'running'`,
    );
    for (const { id: trialId, attempt } of all.rows)
      await finishTrial(own.database, { trialId, attempt, outcome: outcomeOf(0.7, 0.6) });
    expect(await concludeSweep(own.database, sweepId)).toBe('complete');
  });
});
