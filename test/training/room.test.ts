// Which trials are let into the memory that a trainer has, and when.
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { stateBytes } from '../../sweep/memory.ts';
import { stepBytes } from '../../sweep/step-memory.ts';
import { sum } from '../../sweep/statistics.ts';
import { longestTexts } from '../../training/batches.ts';
import type { FromTrainer } from '../../training/messages.ts';
import { ResidentBackbone } from '../../training/resident-backbone.ts';
import { Room, type Needs } from '../../training/room.ts';
import { TooLargeError } from '../../training/too-large.ts';
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
      // Nothing of it is there yet.
      const planned = tf.memory().numBytes + trained + stepBytes(trial, texts, backbone.config);
      const within = (bytes: number) => runHere(request, { resident, free: () => bytes - tf.memory().numBytes });
      await expect(within(planned - 1)).rejects.toMatchObject({ name: 'TooLargeError' });
      expect((await within(planned)).trained.type).toBe('finished');
    },
  );

  test('of full tuning is let in when one before it has left, whatever else waits', async () => {
    const request = await tinyTrials();
    const resident = residentOfTest();
    let memory = Number.POSITIVE_INFINITY;
    const room = new Room({ free: () => memory - tf.memory().numBytes, forget: () => undefined });
    vi.spyOn(room, 'within').mockImplementationOnce((needs, entering) => {
      memory = tf.memory().numBytes + needs.stepBytes + needs.trainedBytes + needs.bestBytes;
      return room.within(needs, entering);
    });
    const training = { batchSize: 2, steps: 1 };
    const ran = [1, 2, 3].map((trainSeed) =>
      runHere(request({ method: { method: 'full-tuning' }, training, trainSeed }), { resident, room }),
    );
    const ends = await Promise.all(ran);
    expect(ends.map(({ trained }) => trained.type)).toEqual(['finished', 'finished', 'finished']);
  });

  test('waits where its training split and that of one before it, which is still to be filled, do not both fit', async () => {
    const request = await tinyTrials();
    const resident = residentOfTest();
    const held = (): number => tf.memory().numBytes + resident.keptBytes();
    let memory = Number.POSITIVE_INFINITY;
    const room = new Room({ free: () => memory - held(), forget: () => resident.forget() });
    vi.spyOn(room, 'within').mockImplementationOnce((needs, entering) => {
      const { stepBytes, trainedBytes, bestBytes, comingBytes } = needs;
      memory = held() + stepBytes + 2 * (trainedBytes + bestBytes) + 1.5 * comingBytes();
      return room.within(needs, entering);
    });
    const order: string[] = [];
    const ran = [13, 21].map((dataSeed) => {
      const watch = (message: FromTrainer): boolean => {
        if (message.type === 'progress' && message.progress.phase === 'caching') order.push(`${dataSeed} fills`);
        if (message.type === 'evaluation') order.push(`${dataSeed} scores ${message.evaluation.split}`);
        return false;
      };
      return runHere(request({ dataSeed, training: { steps: 2 } }), { resident, room, watch });
    });
    await Promise.all(ran);
    const each = (dataSeed: number) => ['fills', 'scores dev', 'scores test'].map((what) => `${dataSeed} ${what}`);
    // Whichever had its examples first.
    const [first, second] = order[0]?.startsWith('13') === true ? [13, 21] : [21, 13];
    expect([...new Set(order)]).toEqual([...each(first), ...each(second)]);
  });
});

interface Entered {
  end: () => void;
  /** Whether it was let in, after some turns. */
  isInside: () => Promise<boolean>;
  result: Promise<unknown>;
}

describe('a room', () => {
  /** Of 1000 bytes. */
  function roomOfTest() {
    const state = { held: 0, forgotten: 0 };
    const forget = () => (state.forgotten += 1);
    const room = new Room({ free: () => 1000 - state.held, forget });
    const enter = (changes: Partial<Needs> = {}): Entered => {
      const needs = { stepBytes: 100, trainedBytes: 0, bestBytes: 0, comingBytes: () => 0, ...changes };
      let [isInside, end] = [false, (): void => undefined];
      const begin = () => new Promise<void>((resolve) => ([isInside, end] = [true, resolve]));
      const result = room.within(needs, { begin, pause: nextTurn });
      const afterTurns = async () => {
        for (let turn = 0; turn < 5; turn += 1) await nextTurn();
        return isInside;
      };
      return { end: () => end(), isInside: afterTurns, result };
    };
    return { state, enter };
  }

  test('reserves what is coming of those inside, and what they will share but once when it is there', async () => {
    const { state, enter } = roomOfTest();
    const comingBytes = () => 500 - state.held;
    enter({ comingBytes });
    const second = enter({ comingBytes });
    expect(await second.isInside()).toBe(false);
    state.held = 500;
    expect(await second.isInside()).toBe(true);
    expect(state.forgotten).toBe(0);
  });

  test('has those wait that fit only when others have left, in the order they came, and refuses none beside others', async () => {
    const { state, enter } = roomOfTest();
    const [first, large, small] = [enter({ bestBytes: 500 }), enter({ bestBytes: 500 }), enter()];
    expect(await large.isInside()).toBe(false);
    expect(await small.isInside()).toBe(false);
    expect(state.forgotten).toBe(1);
    first.end();
    expect(await large.isInside()).toBe(true);
    expect(await small.isInside()).toBe(true);
  });

  test('refuses what does not fit though all others have left', async () => {
    const { enter } = roomOfTest();
    const [first, tooLarge, small] = [enter(), enter({ trainedBytes: 901 }), enter()];
    const refused = expect(tooLarge.result).rejects.toBeInstanceOf(TooLargeError);
    expect(await tooLarge.isInside()).toBe(false);
    first.end();
    await refused;
    expect(await small.isInside()).toBe(true);
  });

  test('leaves enough for the largest step of those inside', async () => {
    const { enter } = roomOfTest();
    enter({ stepBytes: 800 });
    expect(await enter({ trainedBytes: 201 }).isInside()).toBe(false);
  });
});
