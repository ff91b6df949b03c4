import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fingerprintBackbone } from '../../data/backbone-files.ts';
import { trialKey } from '../../sweep/trial-key.ts';
import type { FromTrainer } from '../../training/messages.ts';
import { decodeSafetensors, encodeSafetensors } from '../../training/safetensors.ts';
import { numbersOf, runHere } from '../support/run-here.ts';
import { tinyTrials } from '../support/tiny-trial.ts';

/** A resumed run tells only what came after the checkpoint. */
const END = { evaluations: [], points: [] };

describe('a checkpoint', () => {
  test('a resumed trial ends with the weights of an uninterrupted one, from whichever checkpoint', async () => {
    const request = await tinyTrials();
    const whole = await runHere(request());
    expect(whole.checkpoints).toHaveLength(4);
    for (const checkpoint of whole.checkpoints) {
      const resumed = await runHere({ ...request(), checkpoint });
      expect({ ...numbersOf(resumed), ...END }).toEqual({ ...numbersOf(whole), ...END });
      expect(resumed.points).toEqual(whole.points.slice(-resumed.points.length || whole.points.length));
    }
  });

  test('a trial stopped at any moment goes on where it was', async () => {
    const request = await tinyTrials();
    const whole = numbersOf(await runHere(request()));
    for (const stopAfter of [3, 6, 8]) {
      let seen = 0;
      const watch = (message: FromTrainer): boolean => message.type === 'progress' && ++seen === stopAfter;
      const stopped = await runHere(request(), { watch });
      expect(stopped.trained.type).toBe('cancelled');
      const resumed = await runHere({ ...request(), checkpoint: stopped.checkpoints.at(-1)! });
      expect({ ...numbersOf(resumed), ...END }).toEqual({ ...whole, ...END });
    }
  });

  test('keeps that others were in the trainer; one of a version that did not keep it goes by joint steps', async () => {
    const request = await tinyTrials();
    const { checkpoints } = await runHere(request(), { isAccompanied: true });
    const { tensors, metadata } = decodeSafetensors(checkpoints[0]!);
    const resumed = async (changes: object): Promise<unknown> => {
      const position = { ...(JSON.parse(metadata['position']!) as object), ...changes };
      const checkpoint = encodeSafetensors(tensors, { ...metadata, position: JSON.stringify(position) });
      const { trained } = await runHere({ ...request(), checkpoint });
      return trained.type === 'finished' && trained.outcome.measuredJointly;
    };
    expect(await resumed({})).toBe(true);
    expect(await resumed({ wasAccompanied: undefined })).toBe(false);
    expect(await resumed({ wasAccompanied: undefined, jointSteps: 3 })).toBe(true);
  });

  test('of another trial is refused', async () => {
    const request = await tinyTrials();
    const { checkpoints } = await runHere(request({ trainSeed: 1 }));
    const other = { ...request({ trainSeed: 2 }), checkpoint: checkpoints[0]! };
    await expect(runHere(other)).rejects.toMatchObject({ kind: 'configuration' });
    await expect(runHere(other)).rejects.toThrow(/^Expected a checkpoint .* of trial /);
  });

  // A sweep keeps the keys that it was launched with, whatever a later program calls such trials.
  test('bears the key that its trial was launched with, as its weights do', async () => {
    const request = await tinyTrials();
    const launched = { ...request(), trialKey: 'of an earlier version' };
    const { checkpoints } = await runHere(launched);
    const { trained } = await runHere({ ...launched, checkpoint: checkpoints[0]! });
    if (trained.type !== 'finished' || trained.best === null) throw new Error('Expected weights, found none.');
    expect(decodeSafetensors(trained.best).metadata['trialKey']).toBe('of an earlier version');
  });

  test('of another backbone is refused, though its sizes are the same', async () => {
    const request = await tinyTrials();
    const { checkpoints } = await runHere(request());
    const { trial, backboneFolder } = request();
    const weights = join(backboneFolder, 'model.safetensors');
    const { tensors } = decodeSafetensors(await readFile(weights));
    tensors['bert.embeddings.LayerNorm.bias']!.values[0]! += 0.5;
    await writeFile(weights, encodeSafetensors(tensors));
    const fingerprint = await fingerprintBackbone(backboneFolder);
    const other = { ...trial, backbone: { ...trial.backbone, fingerprint } };
    const resumed = runHere({
      ...request(),
      trial: other,
      trialKey: trialKey(other, 'encoder'),
      checkpoint: checkpoints[0]!,
    });
    await expect(resumed).rejects.toThrow(/^Expected a checkpoint .* of trial /);
  });

  test('that was cut off is refused', async () => {
    const request = await tinyTrials();
    const { checkpoints } = await runHere(request());
    const checkpoint = checkpoints[0]!.slice(0, -10);
    await expect(runHere({ ...request(), checkpoint })).rejects.toMatchObject({ kind: 'configuration' });
  });
});
