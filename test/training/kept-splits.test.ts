import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { fingerprintData } from '../../data/dataset.ts';
import { loadTokenizer, type Tokenizer } from '../../data/tokenizer.ts';
import { loadTensorflow } from '../../runtime/tensorflow.ts';
import type { Trial } from '../../sweep/trial.ts';
import { KeptSplits, type SplitsAsked } from '../../training/kept-splits.ts';
import { ResidentBackbone } from '../../training/resident-backbone.ts';
import { runHere } from '../support/run-here.ts';
import { tinyReviews } from '../support/tiny-backbone.ts';
import { tinyTrials } from '../support/tiny-trial.ts';

const MIB = 2 ** 20;
const afterSome = (): Promise<void> => Promise.resolve();

/** What is read of a trial's data, and how often its tokenizer was asked. */
async function scene(budgetBytes = MIB) {
  const request = await tinyTrials();
  const own = await loadTokenizer(request().backboneFolder);
  let encoded = 0;
  const encode = (text: string): number[] => {
    encoded += 1;
    return own.encode(text);
  };
  const tokenizer: Tokenizer = { ...own, encode };
  const splits = new KeptSplits(tokenizer, budgetBytes);
  const load = (trial: Trial, asked: Partial<SplitsAsked> = {}) =>
    splits.load({ request: trial, maxTokens: 60, afterSome, ...asked });
  /** How many texts `work` had tokenized. */
  const countOf = async (work: () => Promise<unknown>): Promise<number> => {
    const before = encoded;
    await work();
    return encoded - before;
  };
  return { load, countOf, trial: (dataSeed: number) => request({ dataSeed }).trial };
}

describe('a data set', () => {
  test('is tokenized once for all trials of a data seed', async () => {
    const { load, countOf, trial } = await scene();
    expect(await countOf(() => load(trial(13)))).toBeGreaterThan(112);
    const first = await load(trial(13));
    expect(await countOf(() => load(trial(13)))).toBe(0);
    expect(await load(trial(13))).toBe(first);
    expect(await countOf(() => load(trial(21)))).toBeGreaterThan(112);
    const other = { ...trial(13), task: { ...trial(13).task, template: '{sentence} , <mask> .' } };
    expect(await countOf(() => load(other))).toBeGreaterThan(112);
  });

  test('is tokenized anew for a limit that its texts reach, and for no other', async () => {
    const { load, countOf, trial } = await scene();
    const { train, dev, test } = await load(trial(13));
    const lengths = [train, dev, test].flatMap(({ examples }) => examples.map(({ tokenIds }) => tokenIds.length));
    const longest = Math.max(...lengths);
    expect(await countOf(() => load(trial(13), { maxTokens: longest }))).toBe(0);
    const cut = await load(trial(13), { maxTokens: longest - 1 });
    expect(cut.train.shortened + cut.dev.shortened + cut.test.shortened).toBeGreaterThan(0);
    expect(await load(trial(13), { maxTokens: longest - 2 })).not.toBe(cut);
    expect((await load(trial(13))).train.shortened).toBe(0);
  });

  test('is kept as long as there is room, the one longest unused goes first', async () => {
    // 112 examples of about 12 tokens and 320 bytes beside: 41 kB, so that two have room and three have not.
    const { load, countOf, trial } = await scene(100_000);
    for (const seed of [1, 2, 1, 3]) await load(trial(seed));
    expect(await countOf(() => load(trial(1)))).toBe(0);
    expect(await countOf(() => load(trial(2)))).toBeGreaterThan(0);
    const without = await scene(0);
    await without.load(without.trial(1));
    expect(await without.countOf(() => without.load(without.trial(1)))).toBeGreaterThan(0);
  });

  test('is tokenized once for trials that begin together, and one that stops leaves the other alone', async () => {
    const { load, countOf, trial } = await scene();
    const alone = await countOf(() => load(trial(13)));
    let beats = 0;
    const beat = (): Promise<void> => Promise.resolve(void (beats += 1));
    const stop = (): Promise<void> => Promise.reject(new Error('stopped'));
    const together = () =>
      Promise.allSettled([load(trial(21), { afterSome: stop }), load(trial(21), { afterSome: beat })]);
    const ends: PromiseSettledResult<unknown>[] = [];
    expect(await countOf(async () => ends.push(...(await together())))).toBe(alone);
    expect(ends).toMatchObject([{ status: 'rejected', reason: { message: 'stopped' } }, { status: 'fulfilled' }]);
    // After reading, and after each of three splits.
    expect(beats).toBe(4);
  });

  test('that the last trial stops waiting for is there for whoever comes next, however soon', async () => {
    const { load, trial } = await scene();
    for (let turns = 0; turns < 30; turns++) {
      let next: Promise<unknown> = Promise.resolve(null);
      const stop = (): Promise<void> => {
        next = afterTurns(turns).then(() => load(trial(turns)));
        return Promise.reject(new Error('stopped'));
      };
      await expect(load(trial(turns), { afterSome: stop })).rejects.toThrow('stopped');
      expect(await next).toMatchObject({ train: { shortened: 0 } });
    }
  });
});

/** Turns of the microtask queue. */
async function afterTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
}

test('a trial says that it is alive while a large data set is tokenized', async () => {
  const tiny = (await tinyTrials())({ method: { method: 'zero-shot' } });
  const { data } = tiny.trial.task;
  await writeFile(data.files.train, tinyReviews(3_500));
  data.fingerprint = await fingerprintData(data.files, data.columns);
  const trial: Trial = { ...tiny.trial, regime: { kind: 'full', devSize: 40, testSize: null } };
  let clock = 0;
  // Loading it gives signs of life of its own.
  const resident = new ResidentBackbone(2 ** 28);
  await loadTensorflow({ threads: 1, device: 'cpu' });
  await resident.load(tiny.backboneFolder, trial.backbone);
  const { messages } = await runHere({ ...tiny, trial }, { resident, now: () => (clock += 1_000) });
  const beats = messages.filter((message) => message.type === 'progress' && message.progress.phase === 'loading');
  // At the start, with the backbone, with the files read, after 4 parts of training examples, after dev and test, at the end.
  expect(beats).toHaveLength(10);
  resident.release();
});
