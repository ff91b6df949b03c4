import { cp } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { fingerprintSetup } from '../../data/backbone-setup.ts';
import { ResidentBackbone } from '../../training/resident-backbone.ts';
import { runHere } from '../support/run-here.ts';
import { tinyTrials } from '../support/tiny-trial.ts';
import { useTensorflow } from '../support/tensors.ts';

useTensorflow();

const stop = (): Promise<void> => Promise.reject(new Error('stopped'));

test('is loaded once for trials that begin together, each alive meanwhile, and one that stops leaves the other alone', async () => {
  const { backboneFolder, trial } = (await tinyTrials())();
  const resident = new ResidentBackbone(2 ** 20);
  const beats = [0, 0];
  const beat = (which: 0 | 1) => (): Promise<void> => Promise.resolve(void (beats[which]! += 1));
  const load = (afterSome: () => Promise<void>) => resident.load(backboneFolder, trial.backbone, afterSome);
  const [stopped, one, other] = await Promise.allSettled([load(stop), load(beat(0)), load(beat(1))]);
  expect(stopped).toMatchObject({ status: 'rejected', reason: { message: 'stopped' } });
  expect(one.status === 'fulfilled' && other.status === 'fulfilled' && one.value === other.value).toBe(true);
  expect(beats[0]).toBeGreaterThan(10);
  expect(beats[1]).toBe(beats[0]);
  resident.release();
});

test('is one for trials that found it in different folders, so that none takes it away from another', async () => {
  const { backboneFolder, trial } = (await tinyTrials())();
  const copy = `${backboneFolder}-copy`;
  await cp(backboneFolder, copy, { recursive: true });
  const asked = { ...trial.backbone, setup: await fingerprintSetup(backboneFolder) };
  const resident = new ResidentBackbone(2 ** 20);
  const [one, other] = await Promise.all([resident.load(backboneFolder, asked), resident.load(copy, asked)]);
  expect(other).toBe(one);
  expect(one.backbone.weights.embeddings.word.isDisposed).toBe(false);
  resident.release();
});

test('drops what it keeps for later trials before one is refused for its size, and nothing that is in use', async () => {
  const request = await tinyTrials();
  const resident = new ResidentBackbone(2 ** 24);
  await runHere(request({ dataSeed: 13 }), { resident });
  const full = resident.keptBytes();
  const told: number[] = [];
  const free = (): number => {
    told.push(resident.keptBytes());
    return resident.keptBytes() <= full ? Number.POSITIVE_INFINITY : 0;
  };
  expect((await runHere(request({ dataSeed: 21 }), { resident, free })).trained.type).toBe('finished');
  // With the splits of both seeds, then with those of its own alone.
  expect(told[0]).toBeGreaterThan(full);
  expect(told[2]).toBeGreaterThan(0);
  expect(told[2]).toBeLessThan(full / 2);
  resident.release();
});

test('that every trial has stopped waiting for is loaded for the next', async () => {
  const request = (await tinyTrials())();
  const resident = new ResidentBackbone(2 ** 20);
  await expect(resident.load(request.backboneFolder, request.trial.backbone, stop)).rejects.toThrow('stopped');
  const { trained } = await runHere(request, { resident });
  expect(trained.type).toBe('finished');
  resident.release();
});
