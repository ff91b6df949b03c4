import { describe, expect, test } from 'vitest';
import type { MethodSettings } from '../../sweep/trial.ts';
import { toPeft, type PeftSource } from '../../training/peft.ts';

const matrix = (rows: number, columns: number) => ({
  shape: [rows, columns],
  values: new Float32Array(rows * columns).fill(1),
});

/** The settings of a method that another part of the program describes. */
const LORA = {
  ...{ method: 'lora', rank: 2, alpha: 16, dropout: 0.1 },
  targets: ['query', 'output'],
} as unknown as MethodSettings;

const SOURCE: PeftSource = {
  method: LORA,
  tensors: {
    'layers.0.query.down': matrix(2, 8),
    'layers.0.query.up': matrix(8, 2),
    'layers.11.output.down': matrix(2, 16),
    'layers.11.output.up': matrix(8, 2),
  },
  backbone: { name: 'bert-base-uncased', modelType: 'bert' },
};

describe("PEFT's layout", () => {
  test('of LoRA has its names, with A below and B above, in the same shapes', () => {
    const adapter = toPeft(SOURCE);
    if (!('config' in adapter)) throw new Error(adapter.reason);
    const shapes = Object.entries(adapter.tensors).map(([name, { shape }]) => [name, shape]);
    expect(Object.fromEntries(shapes)).toEqual({
      'base_model.model.bert.encoder.layer.0.attention.self.query.lora_A.weight': [2, 8],
      'base_model.model.bert.encoder.layer.0.attention.self.query.lora_B.weight': [8, 2],
      'base_model.model.bert.encoder.layer.11.output.dense.lora_A.weight': [2, 16],
      'base_model.model.bert.encoder.layer.11.output.dense.lora_B.weight': [8, 2],
    });
    expect(adapter.config).toMatchObject({ peft_type: 'LORA', r: 2, lora_alpha: 16, lora_dropout: 0.1 });
  });

  test("of LoRA names the modules so that the feed-forward's output is not taken for attention's", () => {
    const adapter = toPeft(SOURCE);
    if (!('config' in adapter)) throw new Error(adapter.reason);
    const named = new RegExp(`^(?:${String(adapter.config['target_modules'])})$`);
    const at = 'bert.encoder.layer.3';
    expect(named.test(`${at}.attention.self.query`)).toBe(true);
    expect(named.test(`${at}.output.dense`)).toBe(true);
    expect(named.test(`${at}.attention.output.dense`)).toBe(false);
    expect(named.test(`${at}.attention.self.value`)).toBe(false);
  });

  test.each([
    [{ ...SOURCE, backbone: { name: 'gpt2', modelType: 'gpt2' } }, /gpt2 is a backbone of type gpt2/],
    [{ ...SOURCE, backbone: { name: 'gone', modelType: null } }, /gone is a backbone whose folder is not at hand/],
    [
      { ...SOURCE, method: { method: 'prompt-tuning', promptLength: 2, initialisation: 'normal' } as const },
      /before the embedding layer/,
    ],
    [{ ...SOURCE, method: { method: 'full-tuning' } as const }, /no method that computes what full-tuning does/],
  ])('is left out where PEFT would compute something else, and the reason is given', (source, reason) => {
    expect(toPeft(source)).toEqual({ reason: expect.stringMatching(reason) as string });
  });
});
