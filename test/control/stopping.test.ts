import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statusOf } from '../../control/status.ts';
import { launch } from '../../control/launch.ts';
import { replaySweep } from '../../control/replay.ts';
import { resume } from '../../control/resume.ts';
import { results } from '../../control/results.ts';
import { show } from '../../control/show.ts';
import type { TrainRequest } from '../../training/messages.ts';
import { checkpointEvent, devEvent, ScriptedTrainer, type Script } from '../support/scripted-trainer.ts';
import { endOf, onCpu, openStage, type Scene, type Stage } from '../support/stage.ts';
import { outcomeOf } from '../support/trials.ts';

/** Prompt tuning, LPT at 3 and LPT at 6, in the order in which they run. */
const SCORES: Record<string, number> = { 'prompt-tuning': 0.8, 'lpt 3': 0.7, 'lpt 6': 0.6 };

function scoresOf({ trial: { method } }: TrainRequest): Script {
  const layer = 'insertionLayer' in method ? ` ${[method.insertionLayer].flat().join('+')}` : '';
  const score = SCORES[`${method.method}${layer}`];
  const end = { type: 'finished', outcome: outcomeOf(score ?? 0.5, 0.5), best: null } as const;
  return score === undefined ? { end } : { events: [devEvent(20, score), checkpointEvent(20, 1)], end };
}

describe('a sweep with a stopping rule', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  async function stoppingScene(): Promise<Scene> {
    const scene = await stage.fresh();
    const { spec } = scene.planned;
    spec.stopping = { rule: 'median', gracePeriod: 0.5, leastTrials: 2 };
    spec.window = 1;
    return scene;
  }

  test('stops what is worse than the others, is complete without it, and goes on with it when asked', async () => {
    const { control, sweep, folder, planned, source } = await stoppingScene();
    const trainer = new ScriptedTrainer(scoresOf);
    await stage.withWorker({ control, folder }, trainer, async () => {
      await launch(control, { planned, source, chooseDevice: onCpu });
      expect(await endOf(control, sweep.name)).toBe('complete');
      const { counts } = (await statusOf(control, sweep.name)).progress;
      expect(counts).toMatchObject({ complete: 6, 'stopped-early': 2, failed: 0 });
      const stopped = (await results(control, sweep.name)).filter(({ state }) => state === 'stopped-early');
      expect(stopped.map(({ insertionLayer, testScore }) => [insertionLayer, testScore])).toEqual([
        [6, null],
        [6, null],
      ]);
      // The median of 0.8 and 0.7.
      const { trial, evaluations } = await show(control, `${sweep.name}/3`);
      expect(trial.stopReason).toMatchObject({ rule: 'median', score: 0.6, threshold: 0.75, comparedWith: [1, 2] });
      expect(evaluations).toMatchObject([{ split: 'dev', step: 20, score: 0.6 }]);

      expect(await resume(control, { asked: { sweep: sweep.name }, chooseDevice: onCpu })).toMatchObject({
        waiting: 0,
      });
      const again = { asked: { sweep: sweep.name }, only: 'stopped', chooseDevice: onCpu } as const;
      expect(await resume(control, again)).toMatchObject({ requeued: 2 });
      expect(await endOf(control, sweep.name)).toBe('complete');
      expect((await statusOf(control, sweep.name)).progress.counts).toMatchObject({ complete: 8 });
      await expect(resume(control, again)).rejects.toThrow(/to have something to resume, found 8 complete/);
    });
    expect(trainer.cancels).toBe(2);
    const { rows } = await replaySweep(control, sweep.name, [planned.spec.stopping!]);
    // Two data seeds with three trained trials each; the third of each again, 20 of its 40 steps before its end.
    expect(rows).toMatchObject([{ trials: 6, stopped: 2, steps: 240, stepsSaved: 40, winnerStopped: false }]);
    expect(trainer.requests.slice(-2).map(({ checkpoint }) => [...(checkpoint ?? [])])).toEqual([[1], [1]]);
  });
});
