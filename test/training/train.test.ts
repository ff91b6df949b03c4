import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprintSetup } from '../../data/backbone-setup.ts';
import { fingerprintData } from '../../data/dataset.ts';
import type { MethodSettings } from '../../sweep/methods/settings.ts';
import type { TrainRequest } from '../../training/messages.ts';
import { ResidentBackbone } from '../../training/resident-backbone.ts';
import { decodeSafetensors } from '../../training/safetensors.ts';
import { scoreOf } from '../../training/score.ts';
import { changeJson } from '../support/change-json.ts';
import { fileWith } from '../support/data-files.ts';
import { numbersOf, runHere } from '../support/run-here.ts';
import { tinyReviews } from '../support/tiny-backbone.ts';
import { tinyTrials } from '../support/tiny-trial.ts';

const METHODS: MethodSettings[] = [
  { method: 'lpt', insertionLayer: 2, promptLength: 3, generator: 'npg', bottleneck: 8, dropout: 0.1 },
  { method: 'lpt', insertionLayer: 3, promptLength: 2, generator: 'none', initialisation: 'normal' },
  { method: 'prompt-tuning', promptLength: 3, initialisation: 'vocabulary' },
  { method: 'full-tuning' },
  { method: 'lpt', insertionLayer: [1, 3], promptLength: 2, generator: 'appg', bottleneck: 8, dropout: 0.1 },
  { method: 's-idpg', generator: 'phm', promptLength: 2, bottleneck: 8, dropout: 0.1, division: 4 },
  { method: 'p-tuning-v2', promptLength: 2, reparameterisation: 'none', dropout: 0.1 },
  { method: 'lora', rank: 2, alpha: 4, targets: ['query', 'value'], dropout: 0.1 },
  { method: 'adapter-drop', bottleneck: 4, droppedLayers: 2 },
  { method: 'bitfit', biases: 'all' },
  { method: 'linear-probe' },
  { method: 'zero-shot' },
];
const nameOf = (method: MethodSettings): string => ('generator' in method ? `lpt ${method.generator}` : method.method);

describe.each(METHODS.map((method) => [nameOf(method), method] as const))('%s', (_, method) => {
  test('seeds reproduce every number', async () => {
    const request = await tinyTrials();
    const once = numbersOf(await runHere(request({ method })));
    expect(numbersOf(await runHere(request({ method })))).toEqual(once);
    if (method.method === 'zero-shot') return;
    expect(numbersOf(await runHere(request({ method, trainSeed: 2 })))).not.toEqual(once);
  });

  test('a trial leaves no tensors behind', async () => {
    const request = await tinyTrials();
    const resident = new ResidentBackbone(2 ** 26);
    await runHere(request({ method, training: { steps: 2 } }), { resident });
    const before = tf.memory().numTensors;
    await runHere(request({ method, training: { steps: 5 } }), { resident });
    expect(tf.memory().numTensors).toBe(before);
    resident.release();
  });
});

describe('training', () => {
  test('100 steps hold no more tensors than one', async () => {
    const request = await tinyTrials();
    const counts: number[] = [];
    const watch = (): boolean => {
      counts.push(tf.memory().numTensors);
      return false;
    };
    await runHere(request({ training: { steps: 100, evaluateEvery: 10 } }), { watch });
    const half = counts.length / 2;
    // The next step's batch is among them, which the last step has not.
    expect(Math.max(...counts.slice(half))).toBe(Math.max(...counts.slice(0, half)));
  });

  test('a trial says that it fills hidden states, or scores, before the first of them, as after each', async () => {
    const request = await tinyTrials();
    let clock = 0;
    const { messages } = await runHere(request(), { now: () => (clock += 1_000) });
    const untilScored = messages.slice(
      0,
      messages.findIndex(({ type }) => type === 'evaluation'),
    );
    const beats = untilScored.flatMap((message) => (message.type === 'progress' ? [message.progress.phase] : []));
    // 32 training examples are two chunks of 16, 40 of dev three batches of 16.
    expect(beats.filter((phase) => phase === 'caching')).toHaveLength(1 + 2);
    expect(beats.filter((phase) => phase === 'evaluating')).toHaveLength(1 + 3);
  });

  test('dev is scored at intervals and after the last step, test once with the best weights', async () => {
    const request = await tinyTrials();
    const { evaluations, trained } = await runHere(request({ training: { steps: 12, evaluateEvery: 5 } }));
    expect(evaluations.map(({ split, step }) => [split, step]).slice(0, 3)).toEqual([
      ['dev', 5],
      ['dev', 10],
      ['dev', 12],
    ]);
    const best = evaluations.slice(0, 3).reduce((a, b) => (b.score > a.score ? b : a));
    const tests = evaluations.slice(3);
    expect(tests).toHaveLength(1);
    expect(tests[0]).toMatchObject({ split: 'test', step: best.step, examples: 40 });
    expect(tests[0]!.predictions).toHaveLength(40);
    expect(tests[0]!.labels).toHaveLength(40);
    expect(trained).toMatchObject({
      type: 'finished',
      outcome: { devScore: best.score, testScore: tests[0]!.score, selectedStep: best.step, steps: 12 },
    });
  });

  test('a second test set is scored with the same weights, and both tell their parts and what lost text', async () => {
    const request = await tinyTrials();
    const { evaluations, trained } = await runHere(await withSecondTest(request({ training: { steps: 4 } })));
    const [tested, mismatched] = evaluations.filter(({ split }) => split !== 'dev');
    expect(tested).toMatchObject({ split: 'test', metric: 'accuracy-f1', examples: 40 });
    expect(mismatched).toMatchObject({ split: 'test-mismatched', step: tested!.step, examples: 12 });
    expect(mismatched!.predictions).toHaveLength(12);
    for (const { score, parts } of evaluations) expect(score).toBeCloseTo((parts!.accuracy! + parts!.f1!) / 2, 12);
    expect(trained).toMatchObject({
      outcome: { testScore: tested!.score, shortened: { train: 0, dev: 0, test: 0, 'test-mismatched': 1 } },
    });
  });

  test('F1 is that of the label that the trial names, or of the last one', async () => {
    const request = (await tinyTrials())({ training: { steps: 4 } });
    const task = { ...request.trial.task, metric: 'f1' as const };
    for (const [positive, index] of [[undefined, 1] as const, ['0', 0] as const]) {
      const trial = { ...request.trial, task: { ...task, positive } };
      const { evaluations } = await runHere({ ...request, trial });
      const { score, predictions, labels } = evaluations.at(-1)!;
      const [ofIt, ofOther] = [index, 1 - index].map((label) =>
        scoreOf('f1', { predictions: predictions!, labels: labels!, positive: label }),
      );
      expect(ofIt).not.toBe(ofOther);
      expect(score).toBe(ofIt);
    }
  });

  test('the weights handed over are those that test was scored with', async () => {
    const request = await tinyTrials();
    const { trained, checkpoints } = await runHere(request());
    if (trained.type !== 'finished') throw new Error('the trial did not finish');
    const best = decodeSafetensors(trained.best!);
    expect(best.metadata['step']).toBe(String(trained.outcome.selectedStep));
    const atBest = checkpoints
      .map((bytes) => decodeSafetensors(bytes))
      .find(
        ({ metadata }) => (JSON.parse(metadata['position']!) as { step: number }).step === trained.outcome.selectedStep,
      );
    for (const [name, { values }] of Object.entries(best.tensors)) {
      expect(values).toEqual(atBest!.tensors[`value/${name}`]!.values);
    }
  });

  test('a metric point a step for loss, gradient norm and learning rate', async () => {
    const request = await tinyTrials();
    const { points } = await runHere(request());
    for (const name of ['loss', 'gradientNorm', 'learningRate'] as const) {
      const steps = points.filter((point) => point.name === name).map(({ step }) => step);
      expect(steps).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    }
  });

  test('the loss comes down where the data can be learnt', async () => {
    const request = await tinyTrials();
    const { points } = await runHere(request({ method: METHODS[3]!, training: { steps: 60, learningRate: 3e-3 } }));
    const losses = points.filter(({ name }) => name === 'loss').map(({ value }) => value);
    const mean = (part: number[]): number => part.reduce((sum, value) => sum + value, 0) / part.length;
    expect(mean(losses.slice(-10))).toBeLessThan(mean(losses.slice(0, 10)) / 3);
  });

  test('zero-shot trains nothing and has no time a step', async () => {
    const request = await tinyTrials();
    const { trained, points } = await runHere(request({ method: { method: 'zero-shot' } }));
    expect(points).toEqual([]);
    expect(trained).toMatchObject({ outcome: { steps: 0, selectedStep: 0, trainableParameters: 0, msPerStep: null } });
  });
});

describe('what cannot go on', () => {
  test('a loss that is no number ends the trial as diverged', async () => {
    const request = await tinyTrials();
    const settings = request({ method: METHODS[1]!, training: { learningRate: 1e38 } });
    await expect(runHere(settings)).rejects.toMatchObject({
      kind: 'diverged',
      message: expect.stringMatching(/^Expected a finite loss and gradient at step \d+, found loss /) as string,
    });
  });

  test('weights that the last step made no numbers end the trial as diverged, not with a score of nothing', async () => {
    const request = await tinyTrials();
    const settings = request({ method: METHODS[1]!, training: { steps: 1, learningRate: 1e39, warmupFraction: 0 } });
    await expect(runHere(settings)).rejects.toMatchObject({
      kind: 'diverged',
      message: 'Expected scores of dev at step 1 to be numbers, found NaN.',
    });
  });

  test('a backbone whose weights changed is refused', async () => {
    const request = await tinyTrials();
    const changed = request();
    changed.trial.backbone.fingerprint = '0'.repeat(64);
    await expect(runHere(changed)).rejects.toThrow(/^Expected the backbone in .* to have the fingerprint 0000/);
  });

  test('a backbone whose config.json or tokenizer changed is refused', async () => {
    const request = await tinyTrials();
    const launched = request();
    launched.trial.backbone.setup = await fingerprintSetup(launched.backboneFolder);
    await changeJson(join(launched.backboneFolder, 'config.json'), { num_attention_heads: 4 });
    await expect(runHere(launched)).rejects.toThrow(
      /^Expected config.json and tokenizer in .* to have the fingerprint/,
    );
  });

  test('data that changed since the launch is refused', async () => {
    const request = await tinyTrials();
    const { trial } = request();
    await writeFile(trial.task.data.files.train, 'sentence\tlabel\nfine\t1\n');
    await expect(runHere(request())).rejects.toMatchObject({ kind: 'data' });
  });
});

/** Eleven more reviews and one that is longer than the backbone reads, judged by accuracy and F1. */
async function withSecondTest(request: TrainRequest): Promise<TrainRequest> {
  const { task } = request.trial;
  const long = `the film was ${'very '.repeat(80)}fine\t1\n`;
  const files = { ...task.data.files, testMismatched: await fileWith('mismatched.tsv', tinyReviews(11) + long) };
  const data = { ...task.data, files, fingerprint: await fingerprintData(files, task.data.columns) };
  return { ...request, trial: { ...request.trial, task: { ...task, metric: 'accuracy-f1', data } } };
}
