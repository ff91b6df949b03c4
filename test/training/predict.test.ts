import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fingerprintData, loadSplits } from '../../data/dataset.ts';
import type { MethodSettings } from '../../sweep/methods/settings.ts';
import { trialKey } from '../../sweep/trial-key.ts';
import type { Shortened, TrainRequest } from '../../training/messages.ts';
import { predict, type PredictRequest } from '../../training/predict.ts';
import { predictInChild } from '../../training/predictor.ts';
import { ResidentBackbone, type Resident } from '../../training/resident-backbone.ts';
import { fileWith } from '../support/data-files.ts';
import { cardOf } from '../support/model-card.ts';
import { runHere } from '../support/run-here.ts';
import { npgAtLayer, tinyTrials, type TinyTrial } from '../support/tiny-trial.ts';

const METHODS: MethodSettings[] = [
  npgAtLayer(2),
  { method: 'lpt', insertionLayer: 3, promptLength: 2, generator: 'none', initialisation: 'vocabulary' },
  { method: 'prompt-tuning', promptLength: 3, initialisation: 'normal' },
  { method: 'lora', rank: 2, alpha: 4, targets: ['query', 'value'], dropout: 0.1 },
  { method: 'full-tuning' },
];
const nameOf = (method: MethodSettings): string => ('generator' in method ? `lpt ${method.generator}` : method.method);

interface TrainedModel {
  request: PredictRequest;
  loaded: Resident;
  /** Examples that lost text in the trial. */
  shortened: Shortened;
  /** Labels that the trial predicted on its test split. */
  stored: string[];
}

/** A trained trial as `export` would hand it on, with the texts of its test split. */
async function trainedModel(changes: TinyTrial = {}): Promise<TrainedModel> {
  return trainedOn((await tinyTrials())(changes));
}

async function trainedOn(trial: TrainRequest): Promise<TrainedModel> {
  const { trained, evaluations } = await runHere(trial);
  if (trained.type !== 'finished' || trained.best === null) throw new Error('Expected a trial with weights.');
  const resident = new ResidentBackbone(2 ** 20);
  onTestFinished(() => resident.release());
  const { backboneFolder } = trial;
  const texts = (await loadSplits(trial.trial)).test.map(({ fields }) => fields);
  const indices = evaluations.find(({ split }) => split === 'test')?.predictions ?? [];
  return {
    request: { card: cardOf(trial.trial, trained.best), weights: trained.best, backboneFolder, texts },
    loaded: await resident.load(backboneFolder, trial.trial.backbone),
    shortened: trained.outcome.shortened,
    stored: indices.map((index) => ['0', '1'][index] ?? ''),
  };
}

async function withTest({ trial: before, ...request }: TrainRequest, test: string): Promise<TrainRequest> {
  const { data } = before.task;
  const files = { ...data.files, test };
  const fingerprint = await fingerprintData(files, data.columns);
  const trial = { ...before, task: { ...before.task, data: { ...data, files, fingerprint } } };
  return { ...request, trial, trialKey: trialKey(trial, 'encoder') };
}

describe('an exported model', () => {
  test.each(METHODS.map((method) => [nameOf(method), method] as const))(
    'of %s gives the test texts the labels that the trial stored',
    async (_, method) => {
      const { request, loaded, stored } = await trainedModel({ method, training: { learningRate: 3e-3 } });
      const { predictions, shortened } = await predict(request, loaded);
      expect(shortened).toBe(0);
      expect(predictions.map(({ label }) => label)).toEqual(stored);
      expect(new Set(stored).size).toBe(2);
      for (const { label, labelWord, probability } of predictions) {
        expect(labelWord).toBe(label === '0' ? 'terrible' : 'great');
        expect(probability).toBeGreaterThanOrEqual(0.5);
        expect(probability).toBeLessThanOrEqual(1);
      }
    },
  );

  test('leaves no tensor behind', async () => {
    const { request, loaded } = await trainedModel();
    await predict(request, loaded);
    const before = tf.memory().numTensors;
    await predict(request, loaded);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('says the same in a process of its own', async () => {
    const { request, stored } = await trainedModel();
    const { predictions } = await predictInChild(request);
    expect(predictions.map(({ label }) => label)).toEqual(stored);
  });

  test('counts the texts that are longer than its backbone can read, and labels them all the same', async () => {
    const { request, loaded } = await trainedModel();
    const texts = [{ sentence: 'the film was fine' }, { sentence: 'the plot was very dull '.repeat(20) }];
    const { predictions, shortened } = await predict({ ...request, texts }, loaded);
    expect(shortened).toBe(1);
    expect(predictions).toHaveLength(2);
  });

  test('of P-tuning v2 reads a text at all positions of its backbone, as its trial did: the prefix takes none', async () => {
    // Of 64 positions 7 are the template's.
    const full = `${'very '.repeat(56)}fine`;
    const test = await fileWith('test.tsv', `sentence\tlabel\n${full}\t1\nvery ${full}\t1\n`);
    const prefix: MethodSettings = { method: 'p-tuning-v2', promptLength: 70, reparameterisation: 'none', dropout: 0 };
    const trial = (await tinyTrials())({ method: prefix, training: { steps: 1 } });
    const { request, loaded, shortened: inTrial } = await trainedOn(await withTest(trial, test));
    expect(inTrial).toMatchObject({ train: 0, test: 1 });
    expect((await predict(request, loaded)).shortened).toBe(1);
  });

  test('with the weights of another trial, or of other settings, is refused', async () => {
    const { request, loaded } = await trainedModel();
    const otherTrial = { ...request, card: { ...request.card, trial: { ...request.card.trial, trialKey: 'other' } } };
    await expect(predict(otherTrial, loaded)).rejects.toThrow(/^Expected the weights .* of trial other, found /);
    const method = { ...npgAtLayer(2), promptLength: 4 } as MethodSettings;
    const otherSettings = { ...request, card: { ...request.card, method } };
    await expect(predict(otherSettings, loaded)).rejects.toThrow(
      'Expected generator.up.weight [128,8] in the weights, found [96,8].',
    );
  });

  test('on a backbone that is not there fails with its reason, in the process of its own too', async () => {
    const { request } = await trainedModel();
    await rm(join(request.backboneFolder, 'config.json'));
    await expect(predictInChild(request)).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringMatching(/^Expected a backbone's configuration at /) as string,
    });
  });

  test('ends its process when nobody waits any more', async () => {
    const { request } = await trainedModel();
    const stop = new AbortController();
    const answer = predictInChild(request, { signal: stop.signal });
    stop.abort();
    await expect(answer).rejects.toThrow('The predicting process ended (SIGKILL)');
  });
});
