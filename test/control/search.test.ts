import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { add } from '../../control/add.ts';
import { statusOf } from '../../control/status.ts';
import { launch, type Launching } from '../../control/launch.ts';
import { results } from '../../control/results.ts';
import { concludeSweep } from '../../db/conclusion.ts';
import { findSweep } from '../../db/sweeps.ts';
import type { SweepFacts } from '../../sweep/facts.ts';
import { parseSweep } from '../../sweep/parse.ts';
import { expand } from '../../sweep/plan.ts';
import { ScriptedTrainer, type Script } from '../support/scripted-trainer.ts';
import { endOf, FINISHED, onCpu, openStage, type Scene, type Stage } from '../support/stage.ts';
import { FACTS, outcomeOf } from '../support/trials.ts';

/** Twelve configurations, on two data seeds each. */
const sourceOf = (name: string, configurations: number): string => `
name: ${name}
tasks: [mr]
regime: { fewShot: 32, devSize: 100 }
dataSeeds: [13, 21]
training: { steps: 40, batchSize: 8, evaluateEvery: 20 }
methods: [{ method: lpt, insertionLayer: [1, 2, 3, 4, 5, 6], promptLength: [5, 10], generator: none }]
search: { kind: tpe, configurations: ${configurations}, startup: 3, round: 2 }
`;

/** The scene's backbone and data are really there. */
function launchingOf({ sweep }: Scene, configurations: number): Launching {
  const { backbone, task } = sweep.trials[0]!.trial;
  const facts: SweepFacts = {
    backbone: { ...FACTS.backbone, ...backbone },
    tasks: { mr: { ...FACTS.tasks['mr']!, data: task.data } },
  };
  const source = sourceOf(sweep.name, configurations);
  const spec = parseSweep(source);
  return { source, planned: { spec, facts, plan: expand(spec, facts, source) } };
}

/** The deeper, the better. */
function byLayer(layer: unknown): Script {
  return { end: { type: 'finished', outcome: outcomeOf(0.5 + Number(layer) / 100, 0.5), best: null } };
}

describe('a sweep that searches', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  const deeper = () =>
    new ScriptedTrainer(({ trial: { method } }) => byLayer('insertionLayer' in method ? method.insertionLayer : 0));

  test('proposes round after round, each configuration on every seed and once, also when a write of them is undone', async () => {
    const scene = await stage.fresh();
    const { control, sweep, folder } = scene;
    const launching = launchingOf(scene, 7);
    expect(launching.planned.plan.trials).toHaveLength(6);
    // The first two times that a proposal is written, it is lost half-way.
    await control.database.execute(sql`create sequence losses`); // what it counts stays when a transaction is undone
    await control.database.execute(sql`
      create function lose() returns trigger language plpgsql as $$
      begin
        if new.position = 7 and nextval('losses') <= 2 then
          raise exception 'deadlock detected' using errcode = '40P01';
        end if;
        return new;
      end $$`);
    await control.database.execute(
      sql`create trigger lose before insert on trials for each row execute function lose()`,
    );
    const trainer = deeper();
    await stage.withWorker({ control, folder }, trainer, async () => {
      await launch(control, { ...launching, chooseDevice: onCpu });
      expect(await endOf(control, sweep.name)).toBe('complete');
    });
    await control.database.execute(sql`drop trigger lose on trials`);
    const rows = await results(control, sweep.name);
    expect(rows.map(({ position }) => position)).toEqual(Array.from({ length: 14 }, (_, index) => index));
    const configurations = rows.map((row) => `${row.insertionLayer} ${row.promptLength}`);
    expect(new Set(configurations).size).toBe(7);
    for (const name of configurations) expect(configurations.filter((other) => other === name)).toHaveLength(2);
    expect(new Set(rows.map(({ trialKey }) => trialKey)).size).toBe(14);
    expect(trainer.requests).toHaveLength(14);

    // It is over; a file that asks for more has it go on, whatever keys the version that launched it gave its trials.
    const { id: sweepId } = await findSweep(control.database, sweep.name);
    expect(await concludeSweep(control.database, sweepId)).toBe('complete');
    await control.database.execute(
      sql`update trials set trial_key = 'before ' || trial_key where sweep_id = ${sweepId}`,
    );
    await stage.withWorker({ control, folder }, trainer, async () => {
      const grown = await add(control, { ...launchingOf(scene, 9), chooseDevice: onCpu });
      expect(grown).toMatchObject({ added: 0, searches: true, present: 6, unnamed: 0 });
      expect(await endOf(control, sweep.name)).toBe('complete');
    });
    expect((await statusOf(control, sweep.name)).progress.counts).toMatchObject({ complete: 18 });
    await expect(add(control, { ...launchingOf(scene, 9), chooseDevice: onCpu })).rejects.toThrow(/found all 6 there/);
  });

  test('goes on with another worker where one was taken from it in the middle of a round', async () => {
    const scene = await stage.fresh();
    const { control, sweep, folder } = scene;
    let ended = 0;
    const first = new ScriptedTrainer(() => ((ended += 1) > 7 ? { end: 'hang' } : FINISHED));
    await stage.withWorker({ control, folder }, first, async () => {
      await launch(control, { ...launchingOf(scene, 5), chooseDevice: onCpu });
      await vi.waitUntil(() => first.requests.length === 8, { timeout: 20_000 });
    });
    const second = deeper();
    const state = await stage.withWorker({ control, folder }, second, () => endOf(control, sweep.name));
    expect(state).toBe('complete');
    expect((await statusOf(control, sweep.name)).progress.counts).toMatchObject({ complete: 10 });
    expect(second.requests).toHaveLength(3);
  });

  test('writes the trials of a round once, when two ask for them at the same moment', async () => {
    const scene = await stage.fresh();
    const { control, sweep } = scene;
    await launch(control, { ...launchingOf(scene, 5), chooseDevice: onCpu });
    const { id } = await findSweep(control.database, sweep.name);
    await control.database.execute(
      sql`update trials set state = 'complete', dev_score = 0.5, test_score = 0.5 where sweep_id = ${id}`,
    );
    const both = await Promise.all([concludeSweep(control.database, id), concludeSweep(control.database, id)]);
    expect(both).toEqual(['running', 'running']);
    expect((await statusOf(control, sweep.name)).progress.counts).toMatchObject({ complete: 6, waiting: 4 });
  });
});
