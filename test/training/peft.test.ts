import { describe, expect, test } from 'vitest';
import type { MethodSettings } from '../../sweep/methods/settings.ts';
import type { PeftAdapter, PeftSource } from '../../training/peft-adapter.ts';
import { toPeft } from '../../training/peft.ts';

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

function adapterOf(source: PeftSource): PeftAdapter {
  const adapter = toPeft(source);
  if (!('config' in adapter)) throw new Error(adapter.reason);
  return adapter;
}

describe("PEFT's layout", () => {
  test('of LoRA has its names, with A below and B above, in the same shapes', () => {
    const adapter = adapterOf(SOURCE);
    const shapes = Object.entries(adapter.tensors).map(([name, { shape }]) => [name, shape]);
    expect(Object.fromEntries(shapes)).toEqual({
      'base_model.model.bert.encoder.layer.0.attention.self.query.lora_A.weight': [2, 8],
      'base_model.model.bert.encoder.layer.0.attention.self.query.lora_B.weight': [8, 2],
      'base_model.model.bert.encoder.layer.11.output.dense.lora_A.weight': [2, 16],
      'base_model.model.bert.encoder.layer.11.output.dense.lora_B.weight': [8, 2],
    });
    expect(adapter.config).toMatchObject({ peft_type: 'LORA', r: 2, lora_alpha: 16, lora_dropout: 0.1 });
  });

  test('of LoRA names each module in full', () => {
    const { config } = adapterOf(SOURCE);
    expect(config['target_modules']).toEqual([
      'bert.encoder.layer.0.attention.self.query',
      'bert.encoder.layer.11.output.dense',
    ]);
    expect(config['fan_in_fan_out']).toBe(false);
  });

  test("of LoRA on GPT-2 has one pair of the joint rank for c_attn, each target's in the rows of its part", () => {
    const numbers = (shape: [number, number], first: number) => ({
      shape,
      values: Float32Array.from({ length: shape[0] * shape[1] }, (_, index) => first + index),
    });
    const at = 'transformer.h.1.attn.c_attn';
    const { config, tensors } = adapterOf({
      method: { ...LORA, rank: 1, alpha: 4, targets: ['query', 'value', 'attentionOutput'] } as MethodSettings,
      tensors: {
        'layers.1.query.down': numbers([1, 2], 1),
        'layers.1.query.up': numbers([2, 1], 10),
        'layers.1.value.down': numbers([1, 2], 3),
        'layers.1.value.up': numbers([2, 1], 20),
        'layers.1.attentionOutput.down': numbers([1, 2], 5),
        'layers.1.attentionOutput.up': numbers([2, 1], 30),
      },
      backbone: { name: 'gpt2', modelType: 'gpt2' },
    });
    expect(config).toMatchObject({ r: 1, lora_alpha: 4, rank_pattern: { [at]: 2 }, alpha_pattern: { [at]: 8 } });
    expect(config).toMatchObject({ fan_in_fan_out: true, target_modules: [at, 'transformer.h.1.attn.c_proj'] });
    // Rows of query, key and value, two each; a column for each of the two pairs.
    const above = [10, 0, 11, 0, 0, 0, 0, 0, 0, 20, 0, 21];
    expect(tensors).toEqual({
      [`base_model.model.${at}.lora_A.weight`]: { shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) },
      [`base_model.model.${at}.lora_B.weight`]: { shape: [6, 2], values: Float32Array.from(above) },
      'base_model.model.transformer.h.1.attn.c_proj.lora_A.weight': numbers([1, 2], 5),
      'base_model.model.transformer.h.1.attn.c_proj.lora_B.weight': numbers([2, 1], 30),
    });
  });

  test.each([
    [{ ...SOURCE, backbone: { name: 'opt', modelType: 'opt' } }, /opt is a backbone of type opt/],
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
