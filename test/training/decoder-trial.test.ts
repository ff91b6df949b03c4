// A whole trial on a decoder: read, trained, scored, resumed.
import { describe, expect, onTestFinished, test } from 'vitest';
import { fingerprintBackbone } from '../../data/backbone-files.ts';
import type { MethodSettings } from '../../sweep/methods/settings.ts';
import type { TrainRequest } from '../../training/messages.ts';
import { predict } from '../../training/predict.ts';
import { ResidentBackbone } from '../../training/resident-backbone.ts';
import { decodeSafetensors, encodeSafetensors } from '../../training/safetensors.ts';
import { tinyFolder } from '../support/fixtures.ts';
import { cardOf } from '../support/model-card.ts';
import { numbersOf, runHere, type RanHere } from '../support/run-here.ts';
import { npgAtLayer, tinyTrials, type TinyTrial } from '../support/tiny-trial.ts';

/** The tiny reviews as GPT-2 reads them. */
async function decoderTrials(): Promise<(changes?: TinyTrial) => TrainRequest> {
  const request = await tinyTrials();
  const folder = tinyFolder('gpt2-tiny');
  const backbone = { name: 'gpt2-tiny', folder, fingerprint: await fingerprintBackbone(folder) };
  return (changes) => {
    const { trial, trialKey } = request({ method: npgAtLayer(1), ...changes });
    const task = { ...trial.task, template: '{sentence} . it was <mask>', labelWords: { '0': 'bad', '1': 'great' } };
    return { trial: { ...trial, backbone, task }, trialKey, backboneFolder: folder, layersToKeep: [1, 2] };
  };
}

/** As versions wrote them that did not yet say how texts were read. */
function withoutReading(bytes: Uint8Array): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const { reading: _, ...others } = metadata;
  return encodeSafetensors(tensors, others);
}

function bestOf({ trained }: RanHere): Uint8Array {
  if (trained.type !== 'finished' || trained.best === null) throw new Error('Expected a trial with weights.');
  return trained.best;
}

async function labelWith({ trial, trialKey, backboneFolder }: TrainRequest, weights: Uint8Array): Promise<unknown> {
  const resident = new ResidentBackbone(2 ** 20);
  onTestFinished(() => resident.release());
  const card = cardOf(trial, weights);
  const request = { card: { ...card, trial: { ...card.trial, trialKey } }, weights, backboneFolder };
  const loaded = await resident.load(backboneFolder, trial.backbone);
  return (await predict({ ...request, texts: [{ sentence: 'the film was fine' }] }, loaded)).predictions;
}

describe('a trial on a decoder', () => {
  test('brings the loss down where the data can be learnt', async () => {
    const request = await decoderTrials();
    const training = { steps: 40, learningRate: 3e-3 };
    const { points } = await runHere(request({ method: { method: 'full-tuning' }, training }));
    const losses = points.filter(({ name }) => name === 'loss').map(({ value }) => value);
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 3);
  });

  test('has the same numbers each time, and goes on from its checkpoints', async () => {
    const request = await decoderTrials();
    const whole = await runHere(request());
    expect(numbersOf(await runHere(request()))).toEqual(numbersOf(whole));
    const resumed = await runHere({ ...request(), checkpoint: whole.checkpoints[1]! });
    const only = { evaluations: [], points: [] };
    expect({ ...numbersOf(resumed), ...only }).toEqual({ ...numbersOf(whole), ...only });
  });

  test('with the backbone’s own dropout it has other numbers, and the same after a resume', async () => {
    const request = await decoderTrials();
    const lora: MethodSettings = { method: 'lora', rank: 2, alpha: 4, targets: ['query', 'value'], dropout: 0.1 };
    const dropping = request({ method: lora, training: { frozenDropout: true } });
    const whole = await runHere(dropping);
    expect(numbersOf(whole)).not.toEqual(numbersOf(await runHere(request({ method: lora }))));
    const resumed = await runHere({ ...dropping, checkpoint: whole.checkpoints[1]! });
    const only = { evaluations: [], points: [] };
    expect({ ...numbersOf(resumed), ...only }).toEqual({ ...numbersOf(whole), ...only });
  });

  test('that an earlier version gave other texts begins anew, and its weights label no texts; where nothing has changed it goes on', async () => {
    const request = await decoderTrials();
    const generated = { generator: 'dnn', promptLength: 2, bottleneck: 8, dropout: 0.1 } as const;
    const sIdpg = request({ method: { method: 's-idpg', ...generated }, training: { steps: 10 } });
    const whole = await runHere(sIdpg);
    const anew = await runHere({ ...sIdpg, checkpoint: withoutReading(whole.checkpoints[0]!) });
    expect(numbersOf(anew)).toEqual(numbersOf(whole));
    expect(anew.messages).toContainEqual({ type: 'notice', text: expect.stringContaining('begins anew') as string });
    const weights = bestOf(whole);
    await expect(labelWith(sIdpg, weights)).resolves.toHaveLength(1);
    await expect(labelWith(sIdpg, withoutReading(weights))).rejects.toThrow(/^Expected weights .* of an earlier one/);

    const lpt = request({ training: { steps: 10 } });
    const before = await runHere(lpt);
    const resumed = await runHere({ ...lpt, checkpoint: withoutReading(before.checkpoints[0]!) });
    expect(resumed.evaluations).toHaveLength(before.evaluations.length - 1);
    await expect(labelWith(lpt, withoutReading(bestOf(before)))).resolves.toHaveLength(1);
  });

  test('is refused with a template whose label word does not come last', async () => {
    const request = (await decoderTrials())();
    const task = { ...request.trial.task, template: '{sentence} . it was <mask> .' };
    await expect(runHere({ ...request, trial: { ...request.trial, task } })).rejects.toMatchObject({
      kind: 'configuration',
    });
  });
});
