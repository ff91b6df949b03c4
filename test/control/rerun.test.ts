import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createActivities } from '../../activities/index.ts';
import { TrainerPool } from '../../activities/trainer-pool.ts';
import { openControl, type Control } from '../../control/control.ts';
import { launch } from '../../control/launch.ts';
import { compareRerun, findComplete, openRerun, startRerun, type RerunReport } from '../../control/rerun.ts';
import { show } from '../../control/show.ts';
import { watch } from '../../control/watch.ts';
import { UnfinishedTrialError } from '../../db/errors.ts';
import { attempts, sweeps, trials } from '../../db/schema.ts';
import type { ProgramProvenance } from '../../sweep/provenance.ts';
import type { TrainEvent } from '../../training/train-options.ts';
import { createWorkers, type Workers } from '../../worker/temporal-workers.ts';
import { buildWorkflowBundle } from '../../worker/workflow-bundle.ts';
import { run as runCommand } from '../cli/terminal.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { PROGRAM, TRAINER } from '../support/provenance.ts';
import { ScriptedTrainer, type Script } from '../support/scripted-trainer.ts';
import { developmentServer, quietTemporal } from '../support/temporal.ts';
import { writeTinyBackbone, writeTinyData } from '../support/tiny-backbone.ts';
import { FACTS, outcomeOf, smallSweep } from '../support/trials.ts';

const onCpu = () => Promise.resolve('cpu' as const);

describe('a trial that is repeated', () => {
  let environment: TestWorkflowEnvironment;
  let db: TestDatabase;
  let control: Control;
  let workers: Workers;
  let run: Promise<void>;
  let folder: string;
  /** What the trainer says its loss is at step 2, and whether it can train at all. */
  let loss = 0.5;
  let isBroken = false;
  const program: ProgramProvenance = structuredClone(PROGRAM);

  function script(): Script {
    const points = [1, 2].map((step) => ({ step, name: 'loss' as const, value: step === 2 ? loss : 0.6 }));
    const events: TrainEvent[] = [
      { type: 'ready', ...TRAINER },
      { type: 'metrics', points },
    ];
    if (isBroken) return { events, end: { type: 'failed', error: { kind: 'data', message: 'The file is gone.' } } };
    return { events, end: { type: 'finished', outcome: outcomeOf(0.7, 0.6), best: new Uint8Array([1]) } };
  }

  beforeAll(async () => {
    quietTemporal();
    const [server, database, code] = await Promise.all([
      developmentServer(),
      createTestDatabase(),
      buildWorkflowBundle(),
    ]);
    [environment, db] = [server, database];
    const temporal = { connectionOptions: { address: environment.address }, namespace: 'default' };
    control = await openControl({ databaseUrl: db.url, temporal, searchAttributes: true });
    folder = await mkdtemp(join(tmpdir(), 'lpt-sweep-rerun-'));
    const { fingerprint } = await writeTinyBackbone(folder);
    const sweep = smallSweep('origin');
    const data = await writeTinyData(folder);
    for (const { trial } of sweep.trials) {
      trial.backbone = { name: folder, folder, fingerprint };
      trial.task = { ...trial.task, data };
    }
    const activities = createActivities({
      database: db.database,
      trainers: new TrainerPool([new ScriptedTrainer(script)]),
      worker: '1@elsewhere/cpu',
      device: 'cpu',
      program,
      say: () => undefined,
      resolveBackbone: () => Promise.resolve({ folder }),
      findData: ({ data }) => Promise.resolve(data.files),
    });
    workers = await createWorkers({
      connection: environment.nativeConnection,
      namespace: 'default',
      ...{ activities, workflowBundle: { code }, deviceClass: 'cpu', trainers: 1, identity: '1@elsewhere/cpu' },
    });
    run = workers.run();
    const plan = { trials: sweep.trials, excluded: 0, folded: 0, warnings: [] };
    const planned = { spec: sweep.spec, facts: FACTS, plan };
    await launch(control, { planned, source: sweep.source, chooseDevice: onCpu });
    await ended('origin');
  });
  afterAll(async () => {
    workers.shutdown();
    await run;
    await control.close();
    await environment.teardown();
    await db.drop();
    await rm(folder, { recursive: true, force: true });
  });

  async function ended(name: string): Promise<void> {
    for await (const status of watch(control, name, { everyMs: 50 })) if (status.sweep.state === 'complete') return;
  }

  async function rerun(asked: string): Promise<RerunReport> {
    const opened = await openRerun(control, { original: await findComplete(control, asked) });
    await startRerun(control, opened, onCpu);
    await ended(opened.sweep.name);
    return compareRerun(control, opened);
  }

  test('is the same where every number is, and leaves the original as it was', async () => {
    const before = await show(control, 'origin/2');
    const report = await rerun('origin/2');
    expect(report).toMatchObject({
      original: 'origin/2',
      repeated: 'origin-rerun-1/0',
      differences: [],
      provenance: [],
    });
    // Two points of the loss, five numbers of the outcome, the weights.
    expect(report.compared).toBe(8);
    expect(await show(control, 'origin/2')).toEqual(before);
    const repeated = await show(control, 'origin-rerun-1/0');
    expect(repeated.trial).toMatchObject({ trialKey: before.trial.trialKey, trial: before.trial.trial });
    expect(repeated.trial.id).not.toBe(before.trial.id);
  });

  test('on another program is told apart in both: its numbers, and what they come from', async () => {
    loss = 0.5000000000000001;
    program.commit = { id: 'decade', dirty: true };
    const report = await rerun('origin/2').finally(() => {
      loss = 0.5;
      program.commit = PROGRAM.commit;
    });
    expect(report.repeated).toBe('origin-rerun-2/0');
    expect(report.differences).toEqual([{ what: 'loss', step: 2, original: '0.5', repeated: '0.5000000000000001' }]);
    expect(report.provenance).toEqual([
      { field: 'program.commit.id', before: 'c0ffee', after: 'decade' },
      { field: 'program.commit.dirty', before: false, after: true },
    ]);
  });

  test('by the command is one object for programs, and an exit code', async () => {
    const command = () =>
      runCommand(['rerun', 'origin/2', '--json'], { DATABASE_URL: db.url, TEMPORAL_ADDRESS: environment.address });
    const same = await command();
    expect(same.code).toBe(0);
    expect(same.said).toContain('Trial origin/2 is repeated as sweep origin-rerun-3.');
    const kinds = ['curves', 'scores', 'trained weights'];
    const whole = {
      original: 'origin/2',
      compared: 8,
      kinds,
      forgotten: [],
      jointSteps: 0,
      halvings: 0,
      provenance: [],
    };
    expect(JSON.parse(same.out)).toEqual({
      ...{ ...whole, same: true, repeated: 'origin-rerun-3/0' },
      ...{ differing: 0, firstDifference: null },
    });
    loss = 0.75;
    const other = await command().finally(() => (loss = 0.5));
    expect(other.code).toBe(1);
    expect(JSON.parse(other.out)).toEqual({
      ...{ ...whole, same: false, repeated: 'origin-rerun-4/0' },
      ...{ differing: 1, firstDifference: { what: 'loss', step: 2, original: '0.5', repeated: '0.75' } },
    });
  });

  test('is refused before anything is written where it would train here and this machine is too small', async () => {
    const alone = { ...control, workflowQueue: 'nobody' };
    const { trial } = await findComplete(control, 'origin/1');
    await control.database.update(trials).set({ memoryMib: 5_000 }).where(eq(trials.id, trial.id));
    const before = await control.database.$count(sweeps);
    const offerHere = () => Promise.resolve({ deviceClass: 'cpu', memoryMiB: 2_048 } as const);
    const original = await findComplete(control, 'origin/1');
    await expect(openRerun(alone, { original, offerHere })).rejects.toThrow(
      /Expected this machine to have 5000 MiB .* found 2048 MiB/,
    );
    expect(await control.database.$count(sweeps)).toBe(before);
  });

  test('but fails says why', async () => {
    isBroken = true;
    const failing = rerun('origin/3').finally(() => (isBroken = false));
    await expect(failing).rejects.toThrow(
      /repeated trial `origin-rerun-\d+\/0` to complete, found it failed: The file is gone\./,
    );
  });

  test('has to be complete', async () => {
    const failed = findComplete(control, 'origin-rerun-5/0');
    await expect(failed).rejects.toThrow(UnfinishedTrialError);
    await expect(failed).rejects.toThrow('Expected trial `origin-rerun-5/0` to be complete, found it failed.');
  });

  test('after it had run out of memory is known to have been computed in parts', async () => {
    const { trial } = await findComplete(control, 'origin/1');
    await control.database.update(attempts).set({ shrink: 2 }).where(eq(attempts.trialId, trial.id));
    expect(await rerun('origin/1')).toMatchObject({ differences: [], halvings: 2 });
  });
});
