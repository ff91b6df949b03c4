import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { loadSplits } from '../../data/dataset.ts';
import { encodeExamples } from '../../data/encode.ts';
import { loadTokenizer } from '../../data/tokenizer.ts';
import { loadTensorflow } from '../../runtime/tensorflow.ts';
import { loadBackbone } from '../../training/backbone.ts';
import { disposeBatch, padTokens } from '../../training/batches.ts';
import { HiddenStates, NO_COUNTS } from '../../training/hidden-states.ts';
import { SplitInputs } from '../../training/split-inputs.ts';
import { hiddenStates as hiddenStatesAt } from '../support/fixtures.ts';
import { expectClose } from '../support/tensors.ts';
import { tinyTrials } from '../support/tiny-trial.ts';

beforeAll(() => loadTensorflow({ threads: 1, device: 'cpu' }));

interface Changes {
  inputLayers: number[];
  largestKeptBytes?: number;
  budgetBytes?: number;
}

async function inputsOf({ budgetBytes = 2 ** 24, ...changes }: Changes) {
  const { trial, backboneFolder } = (await tinyTrials())();
  const backbone = await loadBackbone(backboneFolder);
  onTestFinished(() => backbone.dispose());
  const tokenizer = await loadTokenizer(backboneFolder);
  const { train } = await loadSplits(trial);
  const { examples } = encodeExamples(train, { ...trial.task, tokenizer, maxTokens: 64 });
  const hiddenStates = new HiddenStates({ backbone, budgetBytes });
  const labelWordIds = [5, 6];
  const another = (): SplitInputs =>
    new SplitInputs({ examples, labelWordIds, backbone, hiddenStates, layersToKeep: [], ...changes });
  return { inputs: another(), another, hiddenStates, backbone };
}

const nothing = (): Promise<void> => Promise.resolve();

async function hiddenAt(inputs: SplitInputs, indices: number[]): Promise<number[] | null> {
  await inputs.keepAll(nothing);
  const batch = inputs.batch(indices);
  const [hidden] = Object.values(batch.hidden ?? {});
  const values = hidden ? [...hidden.dataSync()] : null;
  const lengths = batch.texts.map((text) => text.length);
  const [, length, width] = hidden?.shape ?? [0, 0, 0];
  disposeBatch(batch);
  // Positions of padding hold anything: attention does not look at them.
  return values?.filter((_, i) => Math.floor(i / width) % length < lengths[Math.floor(i / length / width)]!) ?? null;
}

test('a method that reads token ids is given no hidden states', async () => {
  const { inputs, hiddenStates } = await inputsOf({ inputLayers: [] });
  expect(await hiddenAt(inputs, [0, 1])).toBeNull();
  expect(hiddenStates.counts().fills).toBe(0);
});

test('embeddings are computed as they are needed, and never kept', async () => {
  const { inputs, hiddenStates } = await inputsOf({ inputLayers: [0] });
  expect(await hiddenAt(inputs, [0, 1])).not.toBeNull();
  expect(hiddenStates.counts()).toEqual(NO_COUNTS);
});

test('a training split too large to keep is computed batch by batch, to the same numbers', async () => {
  const kept = await inputsOf({ inputLayers: [2] });
  const direct = await inputsOf({ inputLayers: [2], largestKeptBytes: 1000 });
  const [expected, found] = [await hiddenAt(kept.inputs, [3, 7, 1]), await hiddenAt(direct.inputs, [3, 7, 1])];
  expect(direct.hiddenStates.counts().fills).toBe(0);
  expect(kept.hiddenStates.counts().fills).toBeGreaterThan(0);
  expect(found).toHaveLength(expected!.length);
  found!.forEach((value, i) => expect(value).toBeCloseTo(expected![i]!, 4));
});

test('a method that reads two layers is given both, from one pass over each chunk', async () => {
  const { inputs, hiddenStates } = await inputsOf({ inputLayers: [0, 4] });
  await inputs.keepAll(nothing);
  const { fills } = hiddenStates.counts();
  const batch = inputs.batch([3, 7]);
  expect(Object.keys(batch.hidden ?? {})).toEqual(['0', '4']);
  // Of the last layer the vector of [CLS] and the one at the mask.
  expect(batch.hidden?.[4]?.shape).toEqual([2, 2, 32]);
  disposeBatch(batch);
  // 32 examples in chunks of 16.
  expect(fills).toBe(2);
  expect(hiddenStates.counts().fills).toBe(2);
});

test('with the seed of a dropout nothing is taken from what was kept', async () => {
  const { inputs } = await inputsOf({ inputLayers: [2] });
  await inputs.keepAll(nothing);
  const values = (dropoutSeed: number | null) => {
    const batch = inputs.batch([3, 7], { dropoutSeed });
    const found = [...(batch.hidden?.[2]?.dataSync() ?? [])];
    disposeBatch(batch);
    return found;
  };
  expect(values(1)).toEqual(values(1));
  expect(values(1)).not.toEqual(values(2));
  expect(values(1)).not.toEqual(values(null));
});

/** [T_i, 32] of each example, in 32-bit floats. */
function bytesOf({ examples }: SplitInputs): number {
  return examples.reduce((sum, { tokenIds }) => sum + tokenIds.length * 32 * 4, 0);
}

test('what training holds counts for as long as it is held, though nothing is kept for others', async () => {
  const { inputs, another, hiddenStates } = await inputsOf({ inputLayers: [2], budgetBytes: 0 });
  await inputs.keepAll(nothing);
  expect(hiddenStates.counts().bytes).toBe(0);
  expect(hiddenStates.kept.heldBytes).toBe(bytesOf(inputs));
  expect(inputs.comingBytes()).toBe(0);
  // It was not to be found, and is there twice.
  await another().keepAll(nothing);
  expect(hiddenStates.kept.heldBytes).toBe(2 * bytesOf(inputs));
  inputs.release();
  inputs.release();
  expect(hiddenStates.kept.heldBytes).toBe(bytesOf(inputs));
});

test('of the last layer the vectors of [CLS] and of the mask are held, and no others', async () => {
  const { inputs, hiddenStates, backbone } = await inputsOf({ inputLayers: [4] });
  const vectors = inputs.examples.length * 2 * 32;
  expect(inputs.comingBytes()).toBe(vectors * 4);
  await inputs.keepAll(nothing);
  expect(hiddenStates.kept.heldBytes).toBe(vectors * 4);
  const { examples } = inputs;
  const chosen = examples.findIndex(({ tokenIds }, i) => i > 0 && tokenIds.length !== examples[0]!.tokenIds.length);
  const batch = inputs.batch([0, chosen]);
  const found = batch.hidden![4]!.arraySync();
  for (const [b, index] of [0, chosen].entries()) {
    const { tokenIds, maskPosition } = examples[index]!;
    const alone = { tokenIds: padTokens([examples[index]!]), texts: [{ length: tokenIds.length, maskPosition }] };
    const [all] = hiddenStatesAt(backbone, alone, 4).arraySync(); // [T, D]
    expectClose(found[b]!.flat(), [...all![0]!, ...all![maskPosition]!], 1e-4);
  }
  disposeBatch(batch);
});

test('what several hold, and is kept for others as well, counts once, and is not forgotten while it is held', async () => {
  const { inputs, another, hiddenStates } = await inputsOf({ inputLayers: [2] });
  await inputs.keepAll(nothing);
  await another().keepAll(nothing);
  expect(hiddenStates.kept.heldBytes).toBe(bytesOf(inputs));
  hiddenStates.kept.forget();
  expect(hiddenStates.counts().bytes).toBe(bytesOf(inputs));
});

test('what training will hold is known before it is there, without what its trainer has already', async () => {
  const { inputs, another } = await inputsOf({ inputLayers: [0, 2] });
  expect(inputs.comingBytes()).toBe(bytesOf(inputs));
  await inputs.keepAll(nothing);
  expect(another().comingBytes()).toBe(0);
  const { inputs: direct } = await inputsOf({ inputLayers: [2], largestKeptBytes: 1000 });
  expect(direct.comingBytes()).toBe(0);
});

test('what nobody holds is forgotten', async () => {
  const { inputs, hiddenStates } = await inputsOf({ inputLayers: [2] });
  await inputs.keepAll(nothing);
  inputs.release();
  expect(hiddenStates.kept.heldBytes).toBe(bytesOf(inputs));
  hiddenStates.kept.forget();
  expect(hiddenStates.kept.heldBytes).toBe(0);
  expect(hiddenStates.counts().bytes).toBe(0);
});

test('scoring batches hold every example once', async () => {
  const { inputs } = await inputsOf({ inputLayers: [2] });
  const seen = inputs.scoringBatches(5).flat();
  expect(seen.toSorted((a, b) => a - b)).toEqual(inputs.examples.map((_, i) => i));
});
