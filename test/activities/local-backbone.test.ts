import { rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createBackboneFinder } from '../../activities/local-backbone.ts';
import { fingerprintSetup } from '../../data/backbone-setup.ts';
import { resolveBackbone } from '../../runtime/backbones.ts';
import type { BackboneReference } from '../../sweep/backbone.ts';
import { changeJson } from '../support/change-json.ts';
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

  test('with another config.json or tokenizer than at the launch is another one', async () => {
    const { backbone, home } = await elsewhere();
    const launched = { ...backbone, setup: await fingerprintSetup(join(home, 'mine')) };
    const changed = join(await temporaryFolder(), 'changed');
    await writeTinyBackbone(changed);
    await changeJson(join(changed, 'config.json'), { num_attention_heads: 4 });
    const find = finderOf([], changed);
    // A trial of before anything was kept of them goes by the weights alone, and does not speak for the other.
    expect(await find(backbone, () => undefined)).toBe(changed);
    await expect(find(launched, () => undefined)).rejects.toMatchObject({
      type: 'configuration',
      message: expect.stringMatching(
        `^Expected config.json and tokenizer of backbone .* \\(${changed}\\) .* ${launched.setup.slice(0, 12)} .* found [0-9a-f]{12}\\. Copy`,
      ) as string,
    });
    expect(await finderOf([dirname(changed), home], changed)(launched, () => undefined)).toBe(join(home, 'mine'));
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

  const answer = (status: number) => (): Promise<Response> => Promise.resolve(new Response('', { status }));
  const failing = (code: string) => (): Promise<Response> =>
    Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(''), { code }) }));
  test.for([
    ['does not answer', failing('ECONNREFUSED'), 'hub-away'],
    ['is overloaded', answer(503), 'hub-away'],
    ['asks for patience', answer(429), 'hub-away'],
    ['does not understand', answer(400), 'unknown'],
    ['has a certificate that is over', failing('CERT_HAS_EXPIRED'), 'unknown'],
    ['wants a token', answer(401), 'configuration'],
    ['has no such thing', answer(404), 'configuration'],
  ] as const)('of a hub that %s fails as what it is', async ([, fetch, type]) => {
    const cacheFolder = await temporaryFolder();
    const find = createBackboneFinder({ resolveBackbone: (name) => resolveBackbone(name, { cacheFolder, fetch }) });
    const backbone = { name: 'someone/small-bert', folder: '', fingerprint: 'f'.repeat(64) };
    const message = expect.stringContaining('Backbone someone/small-bert could not be downloaded') as string;
    await expect(find(backbone, () => undefined)).rejects.toMatchObject({ type, message });
  });

  test('of a hub that is away for good says what to do', async () => {
    const away = Object.assign(new Error('It could not be downloaded.'), { name: 'HubError', fault: 'away' });
    const find = createBackboneFinder({ resolveBackbone: () => Promise.reject(away) });
    const { backbone } = await elsewhere();
    await expect(find(backbone, () => undefined)).rejects.toMatchObject({
      type: 'hub-away',
      message: expect.stringMatching(
        /^It could not be downloaded\. .* copy the folder .* `LPT_SWEEP_BACKBONES`/,
      ) as string,
    });
  });

  test('of a hub that is away is waited for, unless the worker has it elsewhere', async () => {
    const { backbone, home } = await elsewhere();
    const folder = join(home, 'mine');
    let tries = 0;
    const away = Object.assign(new Error('no answer'), { name: 'HubError', fault: 'away' });
    const resolveBackbone = () => ((tries += 1) < 4 ? Promise.reject(away) : Promise.resolve({ folder }));
    const patience = { delaysMs: [1, 1, 1] };
    expect(await createBackboneFinder({ resolveBackbone })(backbone, () => undefined, patience)).toBe(folder);
    expect(tries).toBe(4);
    const beside = createBackboneFinder({ resolveBackbone: () => Promise.reject(away), backboneFolders: [home] });
    const onWait = () => expect.unreachable('It waited for what it has.');
    expect(await beside(backbone, () => undefined, { onWait })).toBe(folder);
  });
});
