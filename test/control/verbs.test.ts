import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { add } from '../../control/add.ts';
import { cancel } from '../../control/cancel.ts';
import { continuePaused } from '../../control/continue.ts';
import { statusOf } from '../../control/status.ts';
import { launch, type LaunchRequest } from '../../control/launch.ts';
import { pause } from '../../control/pause.ts';
import { prioritise } from '../../control/priority.ts';
import { resume } from '../../control/resume.ts';
import { workflowState, workflowStateAfter } from '../../control/sweep-workflow.ts';
import { changeWindow } from '../../control/window.ts';
import { loadCheckpoint } from '../../db/checkpoints.ts';
import { fingerprintSetup } from '../../data/backbone-setup.ts';
import { continueTrials, haltTrials } from '../../db/orders.ts';
import type { NewSweep } from '../../db/new-sweep.ts';
import { findSweep, type StateCounts } from '../../db/sweeps.ts';
import type { PlannedTrial } from '../../sweep/plan.ts';
import type { TrainEnd } from '../../training/train-options.ts';
import { findTrialByName } from '../../db/trial-reference.ts';
import { changeJson } from '../support/change-json.ts';
import { fileWith } from '../support/data-files.ts';
import { checkpointEvent, ScriptedTrainer } from '../support/scripted-trainer.ts';
import { endOf, FINISHED, launchingOf, onCpu, openStage, type Scene, type Stage } from '../support/stage.ts';
import { smallSweep } from '../support/trials.ts';

function promised<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((keep) => (resolve = keep));
  return { promise, resolve };
}

/** Eight trials: on each of two data seeds zero-shot, prompt tuning, LPT at layers 3 and 6. */
describe('a verb', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  const soon = { timeout: 30_000, interval: 20 };
  async function launched(): Promise<Scene> {
    const scene = await stage.fresh();
    await launch(scene.control, { ...scene, chooseDevice: onCpu });
    return scene;
  }
  const countsOf = async ({ control, sweep }: Scene): Promise<StateCounts> =>
    (await statusOf(control, sweep.name)).progress.counts;
  /** Whichever of its trials came first. */
  const hasCheckpoint = async ({ control, sweep }: Scene): Promise<boolean> => {
    const kept = sweep.trials.map(async ({ position }) => {
      const { trial } = await findTrialByName(control.database, `${sweep.name}/${position}`);
      return loadCheckpoint(control.database, { trialId: trial.id, kind: 'last' });
    });
    return (await Promise.all(kept)).some((checkpoint) => checkpoint !== null);
  };
  const asked = ({ sweep }: Scene, rest: { where?: string } = {}) => ({ sweep: sweep.name, ...rest });

  test('pause keeps the checkpoint of what runs, and continue goes on from it', async () => {
    const scene = await launched();
    const { control, sweep } = scene;
    let hangs = true;
    const trainer = new ScriptedTrainer(() => (hangs ? { events: [checkpointEvent(7, 42)], end: 'hang' } : FINISHED));
    await stage.withWorker(scene, trainer, async () => {
      await vi.waitUntil(async () => (await countsOf(scene)).running > 0 && trainer.requests.length === 1, soon);
      await vi.waitUntil(() => hasCheckpoint(scene), soon);
      const { ordered } = await pause(control, asked(scene));
      expect(ordered.changed + ordered.stopping).toBe(8);
      expect(await endOf(control, sweep.name)).toBe('paused');
      expect(await countsOf(scene)).toMatchObject({ paused: 8, running: 0, waiting: 0 });
      await expect(pause(control, asked(scene))).rejects.toThrow(/to have something to pause, found 8 paused/);
      hangs = false;
      const going = await continuePaused(control, { asked: asked(scene), chooseDevice: onCpu });
      expect(going.ordered.changed).toBe(8);
      expect(await endOf(control, sweep.name)).toBe('complete');
    });
    const resumed = trainer.requests.filter(({ checkpoint }) => checkpoint?.[0] === 42);
    expect(resumed).toHaveLength(1);
  });

  test.each([
    ['pause', 'paused', pause],
    ['cancel', 'cancelled', cancel],
  ] as const)('%s that no workflow has heard of is heard when it is given again', async (_, as, give) => {
    const scene = await launched();
    const { control, sweep } = scene;
    const trainer = new ScriptedTrainer({ end: 'hang' });
    await stage.withWorker(scene, trainer, async () => {
      await vi.waitUntil(() => trainer.requests.length === 1, soon);
      const { id: sweepId } = (await statusOf(control, sweep.name)).sweep;
      await haltTrials(control.database, { sweepId, as });
      expect((await give(control, asked(scene))).ordered).toMatchObject({ changed: 0, stopping: 1 });
      expect(await endOf(control, sweep.name)).toBe(as);
    });
  });

  test('on a selection or one trial leaves the others to run; what is paused goes on when it is named', async () => {
    const scene = await launched();
    const { control, sweep } = scene;
    expect((await pause(control, asked(scene, { where: 'method=lpt,insertionLayer=6' }))).ordered.changed).toBe(2);
    expect((await pause(control, { trial: `${sweep.name}/0` })).target.words).toBe(`trial \`${sweep.name}/0\``);
    expect((await cancel(control, asked(scene, { where: 'method=prompt-tuning,dataSeed=21' }))).ordered.changed).toBe(
      1,
    );
    await stage.withWorker(scene, new ScriptedTrainer(FINISHED), async () => {
      expect(await endOf(control, sweep.name)).toBe('paused');
      expect(await countsOf(scene)).toMatchObject({ complete: 4, paused: 3, cancelled: 1 });
      await continuePaused(control, { asked: { trial: `${sweep.name}/0` }, chooseDevice: onCpu });
      expect(await endOf(control, sweep.name)).toBe('paused');
      expect(await countsOf(scene)).toMatchObject({ complete: 5, paused: 2, cancelled: 1 });
      const missing = { asked: asked(scene), only: 'missing', chooseDevice: onCpu } as const;
      expect(await resume(control, missing)).toMatchObject({ requeued: 1, paused: 2 });
      await vi.waitUntil(async () => (await countsOf(scene)).complete === 6, soon);
    });
  });

  test('pause holds where no worker is there to hear of it, and continue works when one comes', async () => {
    const scene = await launched();
    await pause(scene.control, asked(scene));
    expect(await endOf(scene.control, scene.sweep.name)).toBe('paused');
    await continuePaused(scene.control, { asked: asked(scene), chooseDevice: onCpu });
    const ended = stage.withWorker(scene, new ScriptedTrainer(FINISHED), () => endOf(scene.control, scene.sweep.name));
    expect(await ended).toBe('complete');
  });

  test('continue and resume of a choice can be given again where Temporal was away before a workflow heard of them', async () => {
    const scene = await launched();
    const { control } = scene;
    await pause(control, asked(scene));
    expect(await endOf(control, scene.sweep.name)).toBe('paused');
    const sweep = await findSweep(control.database, scene.sweep.name);
    expect(await workflowStateAfter(control, sweep)).not.toBe('running');
    await continueTrials(control.database, { sweepId: sweep.id });
    await expect(
      continuePaused(control, { asked: asked(scene, { where: 'method=lora' }), chooseDevice: onCpu }),
    ).rejects.toThrow(/choose trials of sweep .* found none/);
    const given = { asked: asked(scene, { where: 'method=lpt' }), chooseDevice: onCpu };
    expect((await continuePaused(control, given)).ordered.changed).toBe(0);
    expect(await workflowState(control, sweep.id)).toBe('running');
    // It has heard of them, and there is nothing to put back.
    await expect(resume(control, given)).rejects.toThrow(/to have something to resume, found 4 waiting/);
  });

  test('continue and resume are refused before anything is put back where this machine would train and is too small', async () => {
    const scene = await launched();
    const { control } = scene;
    const offerHere = () => Promise.resolve({ deviceClass: 'cpu', memoryMiB: 2_048 } as const);
    const tooSmall = /Expected this machine to have 5000 MiB .* found 2048 MiB/;
    await control.database.execute(sql`update trials set memory_mib = 5000 where position = 3`);
    const request = { asked: asked(scene), chooseDevice: onCpu, offerHere };
    await pause(control, asked(scene));
    await expect(continuePaused(control, request)).rejects.toThrow(tooSmall);
    expect(await countsOf(scene)).toMatchObject({ paused: 8, waiting: 0 });
    await cancel(control, asked(scene));
    await expect(resume(control, request)).rejects.toThrow(tooSmall);
    expect(await countsOf(scene)).toMatchObject({ cancelled: 8, waiting: 0 });
  });

  test('launch and add look at the size of what is to run alone: neither at what is complete nor at what is paused', async () => {
    const scene = await launched();
    const { control, sweep } = scene;
    const offerHere = () => Promise.resolve({ deviceClass: 'cpu', memoryMiB: 2_048 } as const);
    const tooSmall = /Expected this machine to have 5000 MiB for a trial of lpt .* found 2048 MiB/;
    const atRest = ['zero-shot', 'prompt-tuning'];
    const inSweep = sql`sweep_id = (select id from sweeps where name = ${sweep.name})`;
    await control.database.execute(
      sql`update trials set state = 'complete', dev_score = 1, test_score = 1 where method = 'zero-shot' and ${inSweep}`,
    );
    await pause(control, asked(scene, { where: 'method=prompt-tuning' }));
    const sized = (names: string[], of: NewSweep): LaunchRequest => {
      const large = ({ trial }: PlannedTrial) => names.includes(trial.method.method);
      const trials = of.trials.map((each) => ({ ...each, memoryMiB: large(each) ? 5_000 : 900 }));
      return { ...launchingOf({ ...of, trials }), chooseDevice: onCpu, offerHere };
    };
    expect(await launch(control, sized(atRest, sweep))).toMatchObject({ created: false, running: true });
    await expect(launch(control, sized(['lpt'], sweep))).rejects.toThrow(tooSmall);
    const larger = smallSweep(sweep.name, '[3, 6, 9]');
    const { backbone, task } = sweep.trials[0]!.trial;
    for (const { trial } of larger.trials) Object.assign(trial, { backbone, task });
    await expect(add(control, sized(['lpt'], larger))).rejects.toThrow(tooSmall);
    expect(await add(control, sized(atRest, larger))).toMatchObject({ added: 2, present: 8 });
  });

  test('resume can take the failed trials alone, or the cancelled alone', async () => {
    const scene = await launched();
    const { control, sweep } = scene;
    await cancel(control, asked(scene, { where: 'method=lpt' }));
    let isBroken = true;
    const broken = { end: { type: 'failed', error: { kind: 'data', message: 'row 3' } } } as const;
    const trainer = new ScriptedTrainer(({ trial }) =>
      isBroken && trial.method.method === 'zero-shot' ? broken : FINISHED,
    );
    await stage.withWorker(scene, trainer, async () => {
      expect(await endOf(control, sweep.name)).toBe('failed');
      isBroken = false;
      const one = { asked: { trial: `${sweep.name}/0` }, chooseDevice: onCpu };
      const failed = { asked: asked(scene), only: 'failed', chooseDevice: onCpu } as const;
      expect(await resume(control, failed)).toMatchObject({ requeued: 2, wasRunning: false });
      expect(await endOf(control, sweep.name)).toBe('cancelled');
      await expect(resume(control, one)).rejects.toThrow(/to have something to resume, found 1 complete/);
      const chosen = { asked: asked(scene, { where: 'insertionLayer=3' }), chooseDevice: onCpu };
      expect(await resume(control, chosen)).toMatchObject({ requeued: 2 });
      expect(await endOf(control, sweep.name)).toBe('cancelled');
      expect(await countsOf(scene)).toMatchObject({ complete: 6, cancelled: 2 });
    });
  });

  test('resume of a stopped sweep is said once, also while its last trial trains on', async () => {
    const scene = await stage.fresh();
    const { control, sweep } = scene;
    sweep.spec.stopAfterFailures = 2;
    await launch(control, { ...scene, chooseDevice: onCpu });
    const held = promised<TrainEnd>();
    let isBroken = true;
    const trainer: ScriptedTrainer = new ScriptedTrainer(() => {
      if (trainer.requests.length === 1) return { end: held.promise };
      return isBroken ? { end: { type: 'failed', error: { kind: 'data', message: 'row 3' } } } : FINISHED;
    });
    await stage.withWorker(scene, [trainer, trainer], async () => {
      await vi.waitUntil(async () => (await statusOf(control, sweep.name)).sweep.state === 'failed', soon);
      // Another trial may have begun before that was written.
      await vi.waitUntil(async () => (await countsOf(scene)).running === 1, soon);
      const { failed, waiting } = await countsOf(scene);
      expect(waiting).toBeGreaterThan(0);
      isBroken = false;
      const missing = { asked: asked(scene), only: 'missing', chooseDevice: onCpu } as const;
      expect(await resume(control, missing)).toMatchObject({ requeued: 0, waiting, isReopened: true });
      await vi.waitUntil(async () => (await countsOf(scene)).complete === waiting, soon);
      held.resolve(FINISHED.end);
      expect(await endOf(control, sweep.name)).toBe('failed');
      expect(await countsOf(scene)).toMatchObject({ complete: waiting + 1, failed, waiting: 0 });
    });
  });

  test('add runs exactly the new trials of a finished sweep, and says so when there are none', async () => {
    const scene = await launched();
    const { control, sweep } = scene;
    const trainer = new ScriptedTrainer(FINISHED);
    const larger = smallSweep(sweep.name, '[3, 6, 9]');
    const { backbone, task } = sweep.trials[0]!.trial;
    for (const { trial } of larger.trials) Object.assign(trial, { backbone, task });
    const adding = { ...launchingOf(larger), chooseDevice: onCpu };
    await stage.withWorker(scene, trainer, async () => {
      expect(await endOf(control, sweep.name)).toBe('complete');
      expect(await add(control, adding)).toMatchObject({ added: 2, present: 8, unnamed: 0 });
      expect(await endOf(control, sweep.name)).toBe('complete');
    });
    expect(trainer.requests).toHaveLength(10);
    await expect(add(control, adding)).rejects.toThrow(/does not have, found all 10 there already/);
    const repeated = resume(control, { asked: asked(scene), launched: launchingOf(sweep), chooseDevice: onCpu });
    await expect(repeated).rejects.toThrow(/found it changed:\n.*insertionLayer: .*3,6,9.* → .*3,6\]/s);
  });

  test('resume of a sweep whose backbone has changed is refused before anything is put back', async () => {
    const scene = await launched();
    await cancel(scene.control, asked(scene));
    await writeFile(join(scene.folder, 'model.safetensors'), 'other weights');
    const resuming = resume(scene.control, { asked: asked(scene), chooseDevice: onCpu });
    await expect(resuming).rejects.toThrow(/Expected backbone .* the fingerprint [0-9a-f]{12} that sweep .* found /);
    expect(await countsOf(scene)).toMatchObject({ cancelled: 8, waiting: 0 });
  });

  test('resume of a sweep whose config.json has changed is refused before anything is put back', async () => {
    const scene = await stage.fresh();
    const setup = await fingerprintSetup(scene.folder);
    for (const { trial } of scene.sweep.trials) trial.backbone.setup = setup;
    await launch(scene.control, { ...scene, chooseDevice: onCpu });
    await cancel(scene.control, asked(scene));
    await changeJson(join(scene.folder, 'config.json'), { num_attention_heads: 4 });
    const resuming = resume(scene.control, { asked: asked(scene), chooseDevice: onCpu });
    await expect(resuming).rejects.toThrow(/Expected config.json and tokenizer of backbone .* that sweep .* found /);
    expect(await countsOf(scene)).toMatchObject({ cancelled: 8, waiting: 0 });
  });

  test('resume of a sweep whose data have changed is refused before anything is put back', async () => {
    const scene = await stage.fresh();
    const train = await fileWith('reviews.tsv', 'sentence\tlabel\nfine\t1\n');
    for (const { trial } of scene.sweep.trials) {
      trial.task.data = {
        files: { train },
        columns: { sentence: 'sentence', label: 'label' },
        fingerprint: 'as-it-was',
      };
    }
    await launch(scene.control, { ...scene, chooseDevice: onCpu });
    await cancel(scene.control, asked(scene));
    const resuming = resume(scene.control, { asked: asked(scene), chooseDevice: onCpu });
    await expect(resuming).rejects.toThrow(
      /the data of task `mr` .* to have the fingerprint as-it-was that sweep .*, found [0-9a-f]{12}/,
    );
    expect(await countsOf(scene)).toMatchObject({ cancelled: 8, waiting: 0 });
  });

  test('window and priority are followed by a sweep that runs, and kept for the next time', async () => {
    const scene = await launched();
    const { control, sweep } = scene;
    expect(await changeWindow(control, sweep.name, 1)).toMatchObject({ sweep: { window: 4 }, isRunning: true });
    expect((await prioritise(control, asked(scene, { where: 'insertionLayer=6' }), 1)).ordered.changed).toBe(2);
    const trainer = new ScriptedTrainer(FINISHED);
    expect(await stage.withWorker(scene, trainer, () => endOf(control, sweep.name))).toBe('complete');
    const methods = trainer.requests.map(({ trial }) => JSON.stringify(trial.method));
    expect(methods.slice(0, 2).every((method) => method.includes('"insertionLayer":6'))).toBe(true);
    expect(await changeWindow(control, sweep.name, 2)).toMatchObject({ sweep: { window: 1 }, isRunning: false });
  });

  test.each([
    ['pause', (scene: Scene) => pause(scene.control, asked(scene))],
    ['cancel', (scene: Scene) => cancel(scene.control, asked(scene))],
    ['continue', (scene: Scene) => continuePaused(scene.control, { asked: asked(scene), chooseDevice: onCpu })],
  ])('%s of a finished sweep is refused with a sentence', async (verb, give) => {
    const scene = await launched();
    const { control, sweep } = scene;
    await stage.withWorker(scene, new ScriptedTrainer(FINISHED), () => endOf(control, sweep.name));
    await expect(give(scene)).rejects.toThrow(
      `Expected sweep \`${sweep.name}\` to have something to ${verb}, found 8 complete.`,
    );
  });

  test('on a selection that chooses nothing names what there is to choose from', async () => {
    const scene = await launched();
    const pausing = pause(scene.control, asked(scene, { where: 'insertionLayer=9' }));
    await expect(pausing).rejects.toThrow(
      `Expected \`insertionLayer=9\` to choose trials of sweep \`${scene.sweep.name}\`, found none. Its trials have insertionLayer: 0, 3, 6.`,
    );
    await cancel(scene.control, asked(scene));
  });

  test('on a sweep that nobody made is refused with the nearest names', async () => {
    const { control } = await launched();
    await expect(resume(control, { asked: { sweep: 'sweep-' }, chooseDevice: onCpu })).rejects.toThrow(
      /The nearest are: sweep-/,
    );
  });
});
