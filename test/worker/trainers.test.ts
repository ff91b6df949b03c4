import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { smallestIn, trainerMemoryMiB } from '../../worker/memory.ts';
import { cardsOf, planTrainers, type TrainersWanted } from '../../worker/trainers.ts';
import { temporaryFolder } from '../support/data-files.ts';

describe('the trainers of a machine', () => {
  const wanted = (changes: Partial<TrainersWanted>): TrainersWanted => ({
    ...{ deviceClass: 'cpu', trainers: undefined, threads: undefined, cards: [], cores: 8 },
    ...changes,
  });

  test('are one on the processor, with the threads that TensorFlow chooses', () => {
    expect(planTrainers(wanted({}))).toEqual([{ cards: '-1' }]);
  });

  test('share the cores where there are several, and have one thread at least', () => {
    const threads = (trainers: number) => planTrainers(wanted({ trainers })).map((plan) => plan.threads);
    expect(threads(3)).toEqual([2, 2, 2]);
    expect(threads(10)).toEqual(Array(10).fill(1));
  });

  test('have the threads that were set, however many they are', () => {
    expect(planTrainers(wanted({ trainers: 2, threads: 3 })).map((plan) => plan.threads)).toEqual([3, 3]);
  });

  test('are one a card, each seeing its own', () => {
    const gpus = wanted({ deviceClass: 'gpu', cards: ['0', '2', '5'] });
    expect(planTrainers(gpus)).toEqual([{ cards: '0' }, { cards: '2' }, { cards: '5' }]);
    expect(planTrainers({ ...gpus, trainers: 2 })).toEqual([{ cards: '0' }, { cards: '2' }]);
  });

  test('are never more than there are cards', () => {
    expect(() => planTrainers(wanted({ deviceClass: 'gpu', cards: ['0'], trainers: 2 }))).toThrow(
      'Expected `--trainers` to be at most 1, one a graphics card, found 2.',
    );
  });

  test('see the cards that the driver has, or those that are left visible', async () => {
    const folder = await temporaryFolder();
    for (const bus of ['0000:01:00.0', '0000:41:00.0']) await mkdir(join(folder, bus));
    expect(cardsOf(undefined, folder)).toEqual(['0', '1']);
    expect(cardsOf('1, GPU-5f2', folder)).toEqual(['1', 'GPU-5f2']);
    expect(cardsOf(undefined, join(folder, 'none'))).toEqual(['0']);
  });

  test("have each its share of the processor's memory, or the smallest card's", async () => {
    const [alone, shared] = await Promise.all(
      [1, 4].map((trainers) => trainerMemoryMiB({ deviceClass: 'cpu', trainers })),
    );
    expect(shared).toBe(Math.floor(((alone ?? 0) + 0.5) / 4));
    expect(smallestIn('81559\n40536\n')).toBe(40_536);
    expect(() => smallestIn('')).toThrow('Set `LPT_SWEEP_MEMORY`');
  });
});
