import { randomBytes } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { cancel } from '../../control/cancel.ts';
import { openControl } from '../../control/control.ts';
import { statusOf } from '../../control/status.ts';
import { launch } from '../../control/launch.ts';
import { resume } from '../../control/resume.ts';
import { results } from '../../control/results.ts';
import { workflowDevice } from '../../control/workflow-device.ts';
import { classesWithWorkers } from '../../control/workers.ts';
import { trials } from '../../db/schema.ts';
import { ordersTo } from '../../page/orders.ts';
import { loadCodec } from '../../runtime/codec.ts';
import type { TrainEnd } from '../../training/train-options.ts';
import { fileWith } from '../support/data-files.ts';
import { ScriptedTrainer } from '../support/scripted-trainer.ts';
import { endOf, FINISHED, onCpu, openStage, type Stage } from '../support/stage.ts';

describe('a sweep under the verbs', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  test('is made once when it is launched from two places at the same moment', async () => {
    const { control, sweep, folder, planned } = await stage.fresh();
    const request = { planned, source: sweep.source, chooseDevice: onCpu };
    const both = await Promise.all([launch(control, request), launch(control, request)]);
    expect(both.map(({ created }) => created).sort()).toEqual([false, true]);
    expect(both[0].sweep.id).toBe(both[1].sweep.id);
    expect(both.map(({ started }) => started).sort()).toEqual([false, true]);
    const trainer = new ScriptedTrainer(FINISHED);
    expect(await stage.withWorker({ control, folder }, trainer, () => endOf(control, sweep.name))).toBe('complete');
    expect(trainer.requests).toHaveLength(sweep.trials.length);
  });

  test('keeps the device that its workflow began with, also where payloads are encrypted', async () => {
    const codec = await loadCodec({ codecKey: await fileWith('key', randomBytes(32).toString('base64')) });
    const temporal = { connectionOptions: { address: stage.address }, namespace: 'default' };
    const opening = { databaseUrl: stage.databaseUrl, searchAttributes: true };
    const encrypted = await openControl({ ...opening, temporal: { ...temporal, payloadCodecs: [codec] } });
    const plain = await openControl({ ...opening, temporal });
    try {
      const { planned, sweep } = await stage.fresh();
      expect(await workflowDevice(encrypted, sweep.name)).toBeNull();
      await launch(encrypted, { planned, source: sweep.source, chooseDevice: () => Promise.resolve('gpu') });
      expect(await workflowDevice(encrypted, sweep.name)).toBe('gpu');
      // Without the key it cannot be read.
      expect(await workflowDevice(plain, sweep.name)).toBeNull();
      await cancel(encrypted, { sweep: sweep.name });
      expect(await workflowDevice(encrypted, sweep.name)).toBeNull();
    } finally {
      await Promise.all([encrypted.close(), plain.close()]);
    }
  });

  test('is refused before it is written where it would train here and this machine is too small', async () => {
    const { control, sweep, planned } = await stage.fresh();
    const here = { deviceClass: 'cpu', memoryMiB: 2_048 } as const;
    const trials = planned.plan.trials.map((trial) => ({ ...trial, memoryMiB: 5_000 }));
    const launched = launch(control, {
      ...{ source: sweep.source, chooseDevice: onCpu, offerHere: () => Promise.resolve(here) },
      planned: { ...planned, plan: { ...planned.plan, trials } },
    });
    await expect(launched).rejects.toThrow(/Expected this machine to have 5000 MiB .* found 2048 MiB/);
    await expect(statusOf(control, sweep.name)).rejects.toThrow('which no sweep has');
  });

  test('goes on when Postgres is out of room for its books, or loses them to a deadlock', async () => {
    const { control, sweep, folder, planned } = await stage.fresh();
    await launch(control, { planned, source: sweep.source, chooseDevice: onCpu });
    const { database } = control;
    await database.execute(sql`create sequence stumbles`); // what it counts stays when a transaction is undone
    await database.execute(sql`
      create function stumble() returns trigger language plpgsql as $$
      begin
        case nextval('stumbles')
          when 1 then raise exception 'No space left on device' using errcode = '53100';
          when 2 then raise exception 'deadlock detected' using errcode = '40P01';
          else return new;
        end case;
      end $$`);
    await database.execute(sql`create trigger stumble before update on sweeps for each row execute function stumble()`);
    const trainer = new ScriptedTrainer(FINISHED);
    expect(await stage.withWorker({ control, folder }, trainer, () => endOf(control, sweep.name))).toBe('complete');
    await database.execute(sql`drop trigger stumble on sweeps`);
  });

  test('with failures runs exactly these again when it is resumed', async () => {
    const { control, sweep, folder, planned } = await stage.fresh();
    await launch(control, { planned, source: sweep.source, chooseDevice: onCpu });
    let isBroken = true;
    const trainer = new ScriptedTrainer(({ trial }) =>
      isBroken && trial.dataSeed === 21
        ? { end: { type: 'failed', error: { kind: 'data', message: 'row 3' } } }
        : FINISHED,
    );
    await stage.withWorker({ control, folder }, trainer, async () => {
      expect(await endOf(control, sweep.name)).toBe('failed');
      const { failures } = await statusOf(control, sweep.name);
      expect(failures).toEqual([{ kind: 'data', rule: 'not retried', trials: 4, attempts: 4, message: 'row 3' }]);
      isBroken = false;
      expect(await resume(control, { asked: { sweep: sweep.name }, chooseDevice: onCpu })).toMatchObject({
        requeued: 4,
        waiting: 4,
      });
      expect(await endOf(control, sweep.name)).toBe('complete');
      expect(await resume(control, { asked: { sweep: sweep.name }, chooseDevice: onCpu })).toMatchObject({
        requeued: 0,
        waiting: 0,
      });
    });
    const attempts = (await results(control, sweep.name)).map((row) => `${row.dataSeed}: ${row.attempts}`);
    expect(attempts.filter((count) => count === '13: 1')).toHaveLength(4);
    expect(attempts.filter((count) => count === '21: 2')).toHaveLength(4);
  });

  test('that lacks nothing is not resumed from the page, running or complete', async () => {
    const { control, sweep, folder, planned } = await stage.fresh();
    await launch(control, { planned, source: sweep.source, chooseDevice: onCpu });
    const order = () => ordersTo(control, onCpu)('resume', sweep.name);
    await expect(order()).rejects.toThrow(
      `to have something to resume, found it running with nothing to put back. No worker is running for it: \`lpt-sweep resume ${sweep.name} --watch\` or \`lpt-sweep worker\` goes on.`,
    );
    let release: (end: TrainEnd) => void = () => undefined;
    const end = new Promise<TrainEnd>((resolve) => (release = resolve));
    await stage.withWorker({ control, folder }, new ScriptedTrainer({ end }), async () => {
      await vi.waitUntil(async () => (await classesWithWorkers(control)).includes('cpu'), { timeout: 20_000 });
      await expect(order()).rejects.toThrow(/with nothing to put back\.$/);
      release(FINISHED.end);
      expect(await endOf(control, sweep.name)).toBe('complete');
    });
    await expect(order()).rejects.toThrow('to have something to resume, found nothing left to run.');
  });

  test('of which a crash left running trials alone is brought a worker by a resume, though there is nothing to put back', async () => {
    const { control, sweep, planned } = await stage.fresh();
    const launched = await launch(control, { planned, source: sweep.source, chooseDevice: onCpu });
    await control.database.update(trials).set({ state: 'running' }).where(eq(trials.sweepId, launched.sweep.id));
    const chooseDevice = vi.fn(onCpu);
    expect(await resume(control, { asked: { sweep: sweep.name }, chooseDevice })).toMatchObject({
      ...{ requeued: 0, waiting: 0, running: sweep.trials.length, wasRunning: true },
    });
    expect(chooseDevice).toHaveBeenCalled();
  });

  test('that is cancelled stops its running trial, keeps what is finished, and can be resumed', async () => {
    const { control, sweep, folder, planned } = await stage.fresh();
    await launch(control, { planned, source: sweep.source, chooseDevice: onCpu });
    let hangs = true;
    let trained = 0;
    const trainer = new ScriptedTrainer(() => (hangs && ++trained > 1 ? { end: 'hang' } : FINISHED));
    await stage.withWorker({ control, folder }, trainer, async () => {
      await vi.waitUntil(() => trainer.requests.length === 2, { timeout: 20_000 });
      await cancel(control, { sweep: sweep.name });
      expect(await endOf(control, sweep.name)).toBe('cancelled');
      const { counts } = (await statusOf(control, sweep.name)).progress;
      expect(counts).toMatchObject({ complete: 1, cancelled: sweep.trials.length - 1, running: 0, waiting: 0 });
      await expect(cancel(control, { sweep: sweep.name })).rejects.toThrow(
        /to have something to cancel, found 1 complete, 7 cancelled/,
      );
      hangs = false;
      await resume(control, { asked: { sweep: sweep.name }, chooseDevice: onCpu });
      expect(await endOf(control, sweep.name)).toBe('complete');
    });
    expect(trainer.cancels).toBe(1);
  });

  test('is cancelled at once where no worker is there to hear of it, and resumes when one comes', async () => {
    const { control, sweep, folder, planned } = await stage.fresh();
    await launch(control, { planned, source: sweep.source, chooseDevice: onCpu });
    await cancel(control, { sweep: sweep.name });
    expect(await endOf(control, sweep.name)).toBe('cancelled');
    expect(await resume(control, { asked: { sweep: sweep.name }, chooseDevice: onCpu })).toMatchObject({
      requeued: sweep.trials.length,
    });
    const trainer = new ScriptedTrainer(FINISHED);
    expect(await stage.withWorker({ control, folder }, trainer, () => endOf(control, sweep.name))).toBe('complete');
  });

  test('is trained on the device classes that some worker offers', async () => {
    const at = await stage.fresh();
    expect(await classesWithWorkers(at.control)).toEqual([]);
    await stage.withWorker(at, new ScriptedTrainer(FINISHED), async () => {
      await vi.waitUntil(async () => (await classesWithWorkers(at.control)).includes('cpu'), { timeout: 20_000 });
    });
  });

  test('cannot be opened on a database that is down; the message names the place, not the password', async () => {
    const temporal = { connectionOptions: { address: stage.address }, namespace: 'default' };
    const databaseUrl = 'postgres://someone:secret@127.0.0.1:9/nowhere';
    const opening = openControl({ databaseUrl, temporal, searchAttributes: true });
    await expect(opening).rejects.toThrow(/127\.0\.0\.1:9/);
    await expect(opening).rejects.not.toThrow(/secret/);
  });

  test('cannot be opened on a Temporal address where nobody answers; the message names it', async () => {
    const temporal = { connectionOptions: { address: '127.0.0.1:9' }, namespace: 'default' };
    await expect(openControl({ databaseUrl: stage.databaseUrl, temporal, searchAttributes: true })).rejects.toThrow(
      /No Temporal server answers at 127\.0\.0\.1:9 /,
    );
  });
});
