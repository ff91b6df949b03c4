// Trials on a store of hidden states on disk: the same numbers to the last bit, whatever befell it.
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BlockStore } from '../../../training/disk/block-store.ts';
import { HiddenStates } from '../../../training/hidden-states.ts';
import type { TrainRequest } from '../../../training/messages.ts';
import { ResidentBackbone } from '../../../training/resident-backbone.ts';
import type { TrainEnd } from '../../../training/train-options.ts';
import { createTrainer } from '../../../training/trainer.ts';
import { fingerprintBackbone } from '../../../data/backbone-files.ts';
import { changeJson } from '../../support/change-json.ts';
import { temporaryFolder } from '../../support/data-files.ts';
import { filesUnder } from '../../support/files-under.ts';
import { numbersOf, runHere } from '../../support/run-here.ts';
import { npgAtLayer, tinyTrials } from '../../support/tiny-trial.ts';

const MIB = 2 ** 20;
/** 32 training, 40 dev and 40 test examples in chunks of 16: 2 + 3 + 3. */
const CHUNKS = 8;

function residentOn(folder: string, { memoryBytes = 64 * MIB } = {}) {
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  const open = () => Promise.resolve(new BlockStore({ folder, limitBytes: 64 * MIB, recipe: 'r', say }));
  const resident = new ResidentBackbone(memoryBytes, open);
  onTestFinished(() => resident.release());
  return { resident, said };
}

describe('a trial', () => {
  test('has the same numbers to the last bit without a disk, on an empty one, and on a full one', async () => {
    const request = await tinyTrials();
    const folder = await temporaryFolder();
    const without = numbersOf(await runHere(request()));
    const first = residentOn(folder);
    const filling = numbersOf(await runHere(request(), first));
    expect(first.resident.counts()).toMatchObject({ fills: CHUNKS, diskHits: 0 });
    const second = residentOn(folder);
    const reading = numbersOf(await runHere(request(), second));
    expect(second.resident.counts()).toMatchObject({ fills: 0, diskHits: CHUNKS });
    expect(filling).toEqual(without);
    expect(reading).toEqual(without);
  });

  test('finds what a trial at another layer filled for it, and reads it from disk where memory keeps nothing', async () => {
    const request = await tinyTrials();
    const folder = await temporaryFolder();
    const without = numbersOf(await runHere(request({ method: npgAtLayer(3) })));
    await runHere(request({ method: npgAtLayer(1) }), residentOn(folder));
    const { resident } = residentOn(folder, { memoryBytes: 0 });
    expect(numbersOf(await runHere(request({ method: npgAtLayer(3) }), { resident }))).toEqual(without);
    expect(resident.counts().fills).toBe(0);
    // Three layers of the sweep, each of all chunks.
    expect(await filesUnder(folder)).toHaveLength(3 * CHUNKS);
  });

  test('says what share of the hidden states that it read was kept', async () => {
    const request = await tinyTrials();
    const { resident } = residentOn(await temporaryFolder());
    const rateOf = async (changes: Parameters<typeof request>[0]): Promise<number | null> => {
      const { trained } = await runHere(request(changes), { resident });
      if (trained.type === 'cancelled') throw new Error('Expected the trial to finish, found it cancelled.');
      return trained.outcome.cacheHitRate;
    };
    // By hand, in examples: training 32 once, then 20 steps of 8; dev 40 four times and test 40 once, by chunks of the
    // very batches. Computed: 32 + 40 + 40 of 32 + 160 + 160 + 40.
    expect(await rateOf({})).toBeCloseTo(1 - 112 / 392, 10);
    expect(await rateOf({ trainSeed: 2 })).toBe(1);
    // Training computes its 160 anew; the scores, 160 + 40, are read from what was kept.
    expect(await rateOf({ training: { frozenDropout: true } })).toBeCloseTo(200 / 360, 10);
    expect(await rateOf({ method: { method: 'prompt-tuning', promptLength: 2, initialisation: 'normal' } })).toBeNull();
  });

  test('computes damaged blocks anew, counts and says them, and ends with the same numbers', async () => {
    const request = await tinyTrials();
    const folder = await temporaryFolder();
    const expected = numbersOf(await runHere(request(), residentOn(folder)));
    const [cut = '', changed = ''] = await filesUnder(folder);
    await truncate(join(folder, cut), 100);
    const bytes = await readFile(join(folder, changed));
    bytes.writeFloatLE(5, bytes.length - 400);
    await writeFile(join(folder, changed), bytes);
    const { resident, said } = residentOn(folder);
    // All layers, so that each file is read.
    for (const layer of [1, 2, 3]) {
      const found = numbersOf(await runHere(request({ method: npgAtLayer(layer) }), { resident }));
      if (layer === 2) expect(found).toEqual(expected);
    }
    expect(resident.counts()).toMatchObject({ damaged: 2 });
    expect(said).toHaveLength(2);
    const counted = residentOn(folder);
    await runHere(request(), counted);
    expect(counted.resident.counts()).toMatchObject({ damaged: 0, fills: 0 });
  });

  test('of a backbone that changed under the same path finds nothing of the old one', async () => {
    const request = await tinyTrials();
    const folder = await temporaryFolder();
    const old = residentOn(folder);
    const before = numbersOf(await runHere(request(), old));
    const { backboneFolder } = request();
    const file = join(backboneFolder, 'model.safetensors');
    const weights = await readFile(file);
    // The last number of the last matrices and biases: still a valid file, and of the same size.
    for (let at = weights.length - 4; at > weights.length / 2; at -= 4)
      weights.writeFloatLE(0.125 + weights.readFloatLE(at), at);
    await writeFile(file, weights);
    const changed = request();
    changed.trial.backbone.fingerprint = await fingerprintBackbone(backboneFolder);
    const fresh = numbersOf(await runHere(changed));
    // The very process that still holds the old one, and another.
    for (const { resident } of [old, residentOn(folder)]) {
      expect(numbersOf(await runHere(changed, { resident }))).toEqual(fresh);
    }
    expect(fresh).not.toEqual(before);
    await expect(runHere(request(), residentOn(folder))).rejects.toThrow('Expected the backbone in');
  });

  test('of the same weights with a corrected config.json finds nothing of the old one', async () => {
    const request = await tinyTrials();
    const folder = await temporaryFolder();
    const old = residentOn(folder);
    const before = numbersOf(await runHere(request(), old));
    await changeJson(join(request().backboneFolder, 'config.json'), { num_attention_heads: 4 });
    const fresh = numbersOf(await runHere(request()));
    for (const { resident } of [old, residentOn(folder)]) {
      expect(numbersOf(await runHere(request(), { resident }))).toEqual(fresh);
    }
    expect(fresh).not.toEqual(before);
  });
});

test('two trainers that fill one folder at once each end with the numbers of one without', async () => {
  const request = await tinyTrials();
  const folder = await temporaryFolder();
  const alone = await trainedOn(null, request());
  const together = await Promise.all([trainedOn(folder, request()), trainedOn(folder, request())]);
  for (const end of together) expect(end).toEqual(alone);
  expect(await filesUnder(folder)).toHaveLength(3 * CHUNKS);
});

test('a trainer that may not write the folder says so, and ends with the same numbers', async () => {
  const request = await tinyTrials();
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  const notices: string[] = [];
  const end = await trainedOn(join(file, 'inside'), request(), (text) => notices.push(text));
  expect(end).toEqual(await trainedOn(null, request()));
  expect(notices).toEqual([
    expect.stringMatching(/^Hidden states cannot be kept on disk \(ENOTDIR.*numbers stay the same\.$/),
  ]);
});

test('a layer above kept ones is the same to the last bit whichever of them were kept', async () => {
  const request = await tinyTrials();
  const { backbone, hiddenStates } = await residentOn(await temporaryFolder()).resident.load(
    request().backboneFolder,
    request().trial.backbone,
  );
  const examples = [5, 9, 12].map((length) => ({
    tokenIds: Int32Array.from({ length }, (_, index) => 5 + ((index * 7) % 15)),
    maskPosition: 1,
    label: 0,
  }));
  const chunk = { examples, layer: 4, layersToKeep: [] };
  const straight = new HiddenStates({ backbone, budgetBytes: MIB }).ofChunk(chunk).rows;
  for (const below of [1, 2, 3]) {
    hiddenStates.ofChunk({ examples, layer: below, layersToKeep: [] });
    expect(hiddenStates.ofChunk(chunk).rows).toEqual(straight);
  }
});

async function trainedOn(
  folder: string | null,
  request: TrainRequest,
  notice: (text: string) => void = () => undefined,
): Promise<object> {
  const disk = folder === null ? {} : { hiddenStatesDisk: { folder, limitMiB: 64 } };
  const trainer = createTrainer({ threads: 1, ...disk });
  try {
    const end: TrainEnd = await trainer.train(request, {
      onEvent: (event) => {
        if (event.type === 'notice') notice(event.text);
      },
    });
    if (end.type !== 'finished') throw new Error(`Expected the trial to finish, found ${JSON.stringify(end)}.`);
    const { msPerStep, cacheHitRate, seconds, peakMemoryMiB, ...numbers } = end.outcome;
    return { numbers, best: end.best };
  } finally {
    await trainer.close();
  }
}
