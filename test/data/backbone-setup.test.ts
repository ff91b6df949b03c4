import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fingerprintSetup, otherSetup } from '../../data/backbone-setup.ts';
import { changeJson } from '../support/change-json.ts';
import { temporaryFolder } from '../support/data-files.ts';
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
