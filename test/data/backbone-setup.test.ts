import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fingerprintSetup, otherSetup } from '../../data/backbone-setup.ts';
import { changeJson } from '../support/change-json.ts';
import { temporaryFolder } from '../support/data-files.ts';
import { tinyFolder } from '../support/fixtures.ts';
import { writeTinyBackbone } from '../support/tiny-backbone.ts';

describe("the fingerprint of a backbone's configuration and tokenizer", () => {
  async function tiny(): Promise<{ folder: string; before: string }> {
    const folder = join(await temporaryFolder(), 'backbone');
    await writeTinyBackbone(folder);
    return { folder, before: await fingerprintSetup(folder) };
  }

  test.each([
    ['config.json', { num_attention_heads: 4 }],
    ['config.json', { layer_norm_eps: 1e-5 }],
    ['tokenizer_config.json', { do_lower_case: false }],
    ['tokenizer_config.json', { mask_token: '[UNK]' }],
  ])('is another one for another %s: %j', async (file, changes) => {
    const { folder, before } = await tiny();
    await changeJson(join(folder, file), changes);
    const after = await fingerprintSetup(folder);
    expect(after).not.toBe(before);
    expect(await otherSetup(folder, before)).toBe(after);
  });

  // Sweeps and exported models keep it: were it another one, all of them would be refused.
  test.each([
    ['roberta-tiny', 'c1a70433227a369bdd3440a45f38014ca95c64416b05f18627007da541c8b458'],
    ['gpt2-tiny', '3e6ec44a6596f584060e1d207b37dc1247f9d2915a36667165bf9a956a554d42'],
  ] as const)('is the same in every version of the program: %s', async (name, setup) => {
    expect(await fingerprintSetup(tinyFolder(name))).toBe(setup);
  });

  test('is another one for a longer vocabulary', async () => {
    const { folder, before } = await tiny();
    await appendFile(join(folder, 'vocab.txt'), 'more\n');
    expect(await fingerprintSetup(folder)).not.toBe(before);
  });

  test('is the same in another folder, and with other fields that nothing is read from', async () => {
    const { before } = await tiny();
    const { folder } = await tiny();
    await changeJson(join(folder, 'config.json'), { torch_dtype: 'float16', _name_or_path: 'elsewhere' });
    await changeJson(join(folder, 'tokenizer_config.json'), { name_or_path: 'elsewhere', model_max_length: 64 });
    expect(await fingerprintSetup(folder)).toBe(before);
    expect(await otherSetup(folder, before)).toBeNull();
    expect(await otherSetup(folder, undefined)).toBeNull();
  });
});
