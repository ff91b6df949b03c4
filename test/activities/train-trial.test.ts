import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { sql } from 'drizzle-orm';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createActivities } from '../../activities/index.ts';
import type { HeartbeatDetails } from '../../activities/heartbeat.ts';
import { TrainerPool } from '../../activities/trainer-pool.ts';
import { listAttempts } from '../../db/attempts.ts';
import { beginAttempt } from '../../db/begin-attempt.ts';
import { loadCheckpoint } from '../../db/checkpoints.ts';
import { createDatabase } from '../../db/client.ts';
import { createSweep } from '../../db/sweeps.ts';
import { listWaiting } from '../../db/trials.ts';
import type { Dependencies } from '../../activities/dependencies.ts';
import { trialFailure } from '../../activities/failure.ts';
import type { Happening } from '../../activities/happening.ts';
import type { FromTrainer } from '../../training/messages.ts';
import type { TrainEvent } from '../../training/train-options.ts';
import { temporaryFolder } from '../support/data-files.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { PROGRAM, TRAINER } from '../support/provenance.ts';
import { activityEnvironment } from '../support/temporal.ts';
import { writeTinyBackbone } from '../support/tiny-backbone.ts';
import { findTrial, outcomeOf } from '../support/trials.ts';
import { sweepOnTinyBackbone } from '../support/tiny-sweep.ts';
import { checkpointEvent, progressEvent, ScriptedTrainer, type Script } from '../support/scripted-trainer.ts';

const FINISHED: Script['end'] = { type: 'finished', outcome: outcomeOf(0.7, 0.6), best: new Uint8Array([9]) };

describe('an attempt at a trial', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterAll(() => db.drop());

  /** A fresh sweep's first trial. */
  async function oneTrial(): Promise<{ trialId: string; folder: string }> {
    const { sweep, folder } = await sweepOnTinyBackbone();
    const { sweep: stored } = await createSweep(db.database, sweep);
    const [trialId = ''] = await listWaiting(db.database, { sweepId: stored.id, limit: 1 });
    return { trialId, folder };
  }

  function activitiesWith(trainer: ScriptedTrainer, folder: string, changes: Partial<Dependencies> = {}) {
    return createActivities({
      database: db.database,
      trainers: new TrainerPool([trainer]),
      worker: '1@test/cpu',
      device: 'cpu',
      program: PROGRAM,
      say: () => undefined,
      resolveBackbone: () => Promise.resolve({ folder }),
      findData: ({ data }) => Promise.resolve(data.files),
      retryDelaysMs: [1, 1],
      ...changes,
    });
  }

  function run(trainer: ScriptedTrainer, { trialId, folder }: { trialId: string; folder: string }) {
    const { trainTrial } = activitiesWith(trainer, folder);
    return activityEnvironment().run(trainTrial, { trialId });
  }

  async function failureOf(work: Promise<unknown>): Promise<ApplicationFailure> {
    const error: unknown = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error instanceof ApplicationFailure) return error;
    throw new Error(`Expected an ApplicationFailure, found ${String(error)}`);
  }

  test('stores scores and checkpoints, and leaves one result when it runs twice', async () => {
    const at = await oneTrial();
    const trainer = new ScriptedTrainer({ events: [checkpointEvent(20, 1)], end: FINISHED });
    expect(await run(trainer, at)).toEqual({ state: 'complete' });
    expect(await run(trainer, at)).toEqual({ state: 'complete' });
    expect(trainer.requests).toHaveLength(1);
    const row = await findTrial(db.database, at.trialId);
    expect(row).toMatchObject({ state: 'complete', devScore: 0.7, testScore: 0.6, attempt: 1 });
    expect(await loadCheckpoint(db.database, { trialId: at.trialId, kind: 'last' })).toBeNull();
    expect((await loadCheckpoint(db.database, { trialId: at.trialId, kind: 'best' }))?.bytes[0]).toBe(9);
  });

  test('ends well though the answer to its end was lost, so that it writes it again', async () => {
    const at = await oneTrial();
    let lost = 0;
    const forgetful = createDatabase(db.url);
    const { transaction } = forgetful;
    forgetful.transaction = (async (...asked: Parameters<typeof transaction>) => {
      const result = await transaction.apply(forgetful, asked);
      const { state } = await findTrial(db.database, at.trialId);
      if (state !== 'complete' || lost > 0) return result;
      lost += 1;
      throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    }) as typeof transaction;
    const trainer = new ScriptedTrainer({ events: [checkpointEvent(20, 1)], end: FINISHED });
    const { trainTrial } = activitiesWith(trainer, at.folder, { database: forgetful });
    expect(await activityEnvironment().run(trainTrial, at)).toEqual({ state: 'complete' });
    expect(lost).toBe(1);
    expect(await listAttempts(db.database, at.trialId)).toMatchObject([{ state: 'complete', refusedWrites: 0 }]);
    expect(await loadCheckpoint(db.database, { trialId: at.trialId, kind: 'last' })).toBeNull();
    await forgetful.close();
  });

  test('goes on from the checkpoint that the one before it left', async () => {
    const at = await oneTrial();
    const lost: FromTrainer = { type: 'failed', error: { kind: 'trainer-lost', message: 'killed' } };
    const first = new ScriptedTrainer({ events: [checkpointEvent(20, 7)], end: lost });
    expect((await failureOf(run(first, at))).type).toBe('trainer-lost');
    const second = new ScriptedTrainer({ end: FINISHED });
    await run(second, at);
    expect(first.requests[0]?.checkpoint).toBeUndefined();
    expect([...(second.requests[0]?.checkpoint ?? [])]).toEqual([7]);
    const attempts = await listAttempts(db.database, at.trialId);
    expect(attempts.map(({ resumedFromStep }) => resumedFromStep)).toEqual([null, 20]);
  });

  test('keeps what its numbers come from as soon as its trainer has said what it computes with', async () => {
    const at = await oneTrial();
    const lost: FromTrainer = { type: 'failed', error: { kind: 'trainer-lost', message: 'killed' } };
    await failureOf(run(new ScriptedTrainer({ end: lost }), at));
    await run(new ScriptedTrainer({ events: [{ type: 'ready', ...TRAINER, threads: 7 }], end: FINISHED }), at);
    const { trial } = await findTrial(db.database, at.trialId);
    const [first, second] = await listAttempts(db.database, at.trialId);
    expect(first?.provenance).toBeNull();
    expect(second?.provenance).toEqual({
      program: PROGRAM,
      trainer: { ...TRAINER, threads: 7 },
      fingerprints: {
        backbone: trial.backbone.fingerprint,
        data: trial.task.data.fingerprint,
        template: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      },
    });
  });

  test('says so when its trainer has the slow backend only', async () => {
    const at = await oneTrial();
    const said: string[] = [];
    const slow: TrainEvent = { type: 'ready', ...TRAINER, backend: 'wasm', tensorflow: '4.22.0' };
    const trainer = new ScriptedTrainer({ events: [slow], end: FINISHED });
    const { trainTrial } = activitiesWith(trainer, at.folder, { say: (text) => said.push(text) });
    await activityEnvironment().run(trainTrial, at);
    expect(said).toEqual(["This worker trains with TensorFlow.js's wasm backend (4.22.0), slowly."]);
  });

  test('that was overtaken by another cannot write, and ends as lost', async () => {
    const at = await oneTrial();
    const overtaken = new ScriptedTrainer({ end: 'hang' });
    overtaken.train = async (_, { onEvent }) => {
      await beginAttempt(db.database, { trialId: at.trialId, worker: 'w2', device: 'cpu', workflowRunId: 'r' });
      await onEvent(checkpointEvent(20, 1));
      return FINISHED;
    };
    expect((await failureOf(run(overtaken, at))).type).toBe('worker-lost');
    expect(await loadCheckpoint(db.database, { trialId: at.trialId, kind: 'last' })).toBeNull();
    expect((await findTrial(db.database, at.trialId)).attempt).toBe(2);
  });

  test('heartbeats on fresh progress only, saying phase and step', async () => {
    const at = await oneTrial();
    const trainer = new ScriptedTrainer({
      events: [progressEvent(1, 10), progressEvent(1, 10), progressEvent(2, 11)],
      end: FINISHED,
    });
    const { trainTrial } = activitiesWith(trainer, at.folder);
    const environment = activityEnvironment();
    const beats: HeartbeatDetails[] = [];
    environment.on('heartbeat', (details: HeartbeatDetails) => beats.push(details));
    await environment.run(trainTrial, at);
    expect(beats.filter(({ phase }) => phase === 'training')).toEqual([
      { phase: 'training', step: 10, steps: 40 },
      { phase: 'training', step: 11, steps: 40 },
    ]);
  });

  test('heartbeats for as long as its trainer is alive, however long that says nothing', async () => {
    const at = await oneTrial();
    const trainer = new ScriptedTrainer({ end: FINISHED });
    trainer.train = async (_, { onEvent, onAlive }) => {
      await onEvent(progressEvent(1, 10));
      onAlive?.();
      onAlive?.();
      return FINISHED;
    };
    const environment = activityEnvironment();
    const beats: HeartbeatDetails[] = [];
    environment.on('heartbeat', (details: HeartbeatDetails) => beats.push(details));
    await environment.run(activitiesWith(trainer, at.folder).trainTrial, at);
    const beat = { phase: 'training', step: 10, steps: 40 };
    expect(beats.filter(({ phase }) => phase === 'training')).toEqual([beat, beat, beat]);
  });

  test('that is cancelled stops its trainer and waits for it', async () => {
    const at = await oneTrial();
    const trainer = new ScriptedTrainer({ end: 'hang' });
    const environment = activityEnvironment();
    const ended = environment.run(activitiesWith(trainer, at.folder).trainTrial, at).catch((error: unknown) => error);
    await vi.waitUntil(() => trainer.requests.length === 1, { timeout: 60_000 });
    environment.cancel('CANCELLED');
    expect(await ended).toBeInstanceOf(CancelledFailure);
    expect(trainer.cancels).toBe(1);
  });

  test('says once that a stopping rule has ended its trial, whether it could stop itself or was lost before', async () => {
    const happened: Happening[] = [];
    const observe = (one: Happening): void => void happened.push(one);
    const at = await oneTrial();
    const mark = sql`update trials set stop_as = 'stopped-early' where id = ${at.trialId}`;
    const trainer = new ScriptedTrainer({ end: { type: 'cancelled', step: 20 } });
    const train = trainer.train.bind(trainer);
    trainer.train = async (...asked) => {
      await db.database.execute(mark);
      return train(...asked);
    };
    const { trainTrial } = activitiesWith(trainer, at.folder, { observe });
    const said = { type: 'trial-settled', state: 'stopped-early' } as const;
    const settled = (): Happening[] => happened.filter(({ type }) => type === said.type);
    for (let run = 0; run < 2; run += 1)
      expect(await activityEnvironment().run(trainTrial, at)).toEqual({ state: 'stopped-early' });
    expect(settled()).toEqual([{ ...said, trialId: at.trialId }]);

    const lost = await oneTrial();
    await beginAttempt(db.database, { trialId: lost.trialId, worker: 'w2', device: 'cpu', workflowRunId: 'r' });
    await db.database.execute(sql`update trials set stop_as = 'stopped-early' where id = ${lost.trialId}`);
    for (let run = 0; run < 2; run += 1)
      expect(await activityEnvironment().run(trainTrial, lost)).toEqual({ state: 'stopped-early' });
    expect(settled().slice(1)).toEqual([{ ...said, trialId: lost.trialId }]);
  });

  test('on a worker that is told to stop goes back to the queue instead of being cancelled', async () => {
    const at = await oneTrial();
    const trainer = new ScriptedTrainer({ end: 'hang' });
    const environment = activityEnvironment();
    const ended = environment.run(activitiesWith(trainer, at.folder).trainTrial, at);
    await vi.waitUntil(() => trainer.requests.length === 1, { timeout: 60_000 });
    environment.cancel('WORKER_SHUTDOWN');
    expect((await failureOf(ended)).type).toBe('worker-stopping');
  });

  test('on a backbone with other weights is refused as a configuration error', async () => {
    const at = await oneTrial();
    const other = join(await temporaryFolder(), 'other');
    await writeTinyBackbone(other);
    await db.database.execute(
      sql`update trials set trial = jsonb_set(trial, '{backbone,fingerprint}', '"0123456789abcdef"') where id = ${at.trialId}`,
    );
    const failure = await failureOf(run(new ScriptedTrainer({ end: FINISHED }), { ...at, folder: other }));
    expect(failure.type).toBe('configuration');
    expect(failure.message).toMatch(/fingerprint 0123456789ab .* found [0-9a-f]{12}/);
  });

  test('tells of an absent database as such, without its password', async () => {
    const at = await oneTrial();
    const away = createDatabase('postgres://someone:secret@127.0.0.1:9/nowhere');
    const { trainTrial } = activitiesWith(new ScriptedTrainer({ end: FINISHED }), at.folder, { database: away });
    const failure = await failureOf(activityEnvironment().run(trainTrial, at));
    expect(failure.type).toBe('database-away');
    expect(JSON.stringify([failure.message, failure.stack])).not.toContain('secret');
    await away.close();
  });

  test('waits for a hub that is away, alive and in its log, and trains when it is back', async () => {
    const at = await oneTrial();
    const away = Object.assign(new Error('Backbone x could not be downloaded'), { name: 'HubError', fault: 'away' });
    const answers = { backbone: 0, data: 0 };
    const resolveBackbone = () =>
      (answers.backbone += 1) < 3 ? Promise.reject(away) : Promise.resolve({ folder: at.folder });
    const findData: Dependencies['findData'] = ({ data }) =>
      (answers.data += 1) < 3 ? Promise.reject(trialFailure('hub-away', 'no data')) : Promise.resolve(data.files);
    const happened: Happening[] = [];
    const changes = { resolveBackbone, findData, observe: (one: Happening) => happened.push(one) };
    const { trainTrial } = activitiesWith(new ScriptedTrainer({ end: FINISHED }), at.folder, changes);
    const environment = activityEnvironment();
    const beats: string[] = [];
    environment.on('heartbeat', ({ phase }: HeartbeatDetails) => beats.push(phase));
    expect(await environment.run(trainTrial, at)).toEqual({ state: 'complete' });
    expect(happened.filter(({ type }) => type.startsWith('hub') || type.startsWith('database'))).toEqual([
      { type: 'hub-away', message: 'Backbone x could not be downloaded' },
      { type: 'hub-back', tries: 1 },
      { type: 'hub-away', message: 'no data' },
      { type: 'hub-away', message: 'no data' },
      { type: 'hub-back', tries: 2 },
    ]);
    expect(beats.length).toBeGreaterThan(3);
    expect(new Set(beats)).toEqual(new Set(['preparing']));
  });

  test('keeps its earlier checkpoint when the disk is full while the next is written', async () => {
    const at = await oneTrial();
    await db.database.execute(sql`
      create function refuse_big() returns trigger language plpgsql as $$
      begin
        if new.step > 20 and new.trial_id = current_setting('test.trial')::uuid then
          raise exception 'could not extend file: No space left on device' using errcode = '53100';
        end if;
        return new;
      end $$`);
    await db.database.execute(
      sql`create trigger full_disk before insert or update on checkpoints for each row execute function refuse_big()`,
    );
    await db.database.execute(
      sql.raw(`alter database ${new URL(db.url).pathname.slice(1)} set test.trial = '${at.trialId}'`),
    );
    const fresh = createDatabase(db.url);
    const trainer = new ScriptedTrainer({ events: [checkpointEvent(20, 1), checkpointEvent(40, 2)], end: FINISHED });
    const { trainTrial } = activitiesWith(trainer, at.folder, { database: fresh });
    const failure = await failureOf(activityEnvironment().run(trainTrial, at));
    expect(failure.type).toBe('database-away');
    expect(failure.message).toContain('No space left on device');
    const kept = await loadCheckpoint(fresh, { trialId: at.trialId, kind: 'last' });
    expect(kept?.step).toBe(20);
    await fresh.close();
    await db.database.execute(sql`drop trigger full_disk on checkpoints`);
  });
});
