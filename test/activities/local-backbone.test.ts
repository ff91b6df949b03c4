import { rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createBackboneFinder } from '../../activities/local-backbone.ts';
import type { BackboneReference } from '../../sweep/trial.ts';
import { temporaryFolder } from '../support/data-files.ts';
import { writeTinyBackbone } from '../support/tiny-backbone.ts';

describe("a trial's backbone on a worker", () => {
  /** A folder of the launching machine that this one does not have. */
  async function elsewhere(): Promise<{ backbone: BackboneReference; home: string }> {
    const home = await temporaryFolder();
    const { fingerprint } = await writeTinyBackbone(join(home, 'mine'));
    return { backbone: { name: '/launched/from/mine', folder: '/launched/from/mine', fingerprint }, home };
  }

  const finderOf = (backboneFolders: string[], resolved?: string) =>
    createBackboneFinder({
      backboneFolders,
      resolveBackbone: () =>
        resolved === undefined
          ? Promise.reject(new Error('found no such folder'))
          : Promise.resolve({ folder: resolved }),
    });

  test('is found by its fingerprint in the folders that the worker was told of, whatever it is called there', async () => {
    const { backbone, home } = await elsewhere();
    const find = finderOf([await temporaryFolder(), '/no/such/folder', home]);
    expect(await find(backbone, () => undefined)).toBe(join(home, 'mine'));
    await rename(join(home, 'mine'), join(home, 'renamed'));
    expect(await finderOf([home])(backbone, () => undefined)).toBe(join(home, 'renamed'));
  });

  test('is taken from there also where its name leads to other weights', async () => {
    const { backbone, home } = await elsewhere();
    const folder = join(home, 'mine');
    const other = { ...backbone, fingerprint: 'f'.repeat(64) };
    await expect(finderOf([], folder)(other, () => undefined)).rejects.toThrow(
      `fingerprint ffffffffffff it was launched with, found ${backbone.fingerprint.slice(0, 12)}.`,
    );
    expect(basename(await finderOf([dirname(folder)], '/tmp')(backbone, () => undefined))).toBe('mine');
  });

  test('that is nowhere is a configuration error that says what to do', async () => {
    const { backbone } = await elsewhere();
    await expect(finderOf([])(backbone, () => undefined)).rejects.toMatchObject({
      type: 'configuration',
      message: expect.stringMatching(
        /found no such folder.* Copy the folder to the same path .* `LPT_SWEEP_BACKBONES`/,
      ) as string,
    });
  });
});
