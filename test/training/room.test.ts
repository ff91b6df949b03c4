// Which trials are let into the memory that a trainer has, and when.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { stateBytes } from '../../sweep/memory.ts';
import { stepBytes } from '../../sweep/step-memory.ts';
import { sum } from '../../sweep/statistics.ts';
import { longestTexts } from '../../training/batches.ts';
import { ResidentBackbone } from '../../training/resident-backbone.ts';
import { runHere } from '../support/run-here.ts';
import { tinyTrials } from '../support/tiny-trial.ts';

function residentOfTest(): ResidentBackbone {
  const resident = new ResidentBackbone(2 ** 26);
  onTestFinished(() => resident.release());
  return resident;
}

describe('a trial', () => {
  test.each([
    ['whole', 0, 1],
    ['shrunk to fewer parts than 2^4, for it has but two examples', 4, 2],
  ])(
    '%s is let in where there is what it is planned with, and not where a byte is missing',
    async (_, shrink, parts) => {
      const request = {
        ...(await tinyTrials())({ method: { method: 'full-tuning' }, training: { batchSize: 2, steps: 1 } }),
        shrink,
      };
      const { trial, backboneFolder } = request;
      const resident = residentOfTest();
      await runHere(request, { resident });
      const { backbone, splits } = await resident.load(backboneFolder, trial.backbone);
      const afterSome = () => Promise.resolve();
      const { train } = await splits.load({ request: trial, maxTokens: backbone.config.maxPositions, afterSome });
      const texts = { ...longestTexts(train.examples, 2), parts };
      const trained = sum(Object.values(stateBytes(trial, backbone.config)));
      const planned = tf.memory().numBytes + trained + stepBytes(trial, texts, backbone.config);
      const within = (bytes: number) => runHere(request, { resident, free: () => bytes - tf.memory().numBytes });
      await expect(within(planned - 1)).rejects.toMatchObject({ name: 'TooLargeError' });
      expect((await within(planned)).trained.type).toBe('finished');
    },
  );
});
