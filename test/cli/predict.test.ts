import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileWith, temporaryFolder } from '../support/data-files.ts';
import { cardOf } from '../support/model-card.ts';
import { planOf } from '../support/trials.ts';
import { run, type Told } from './terminal.ts';

describe('the form of texts to label', () => {
  /** On a backbone that is not there: what is read is refused for that alone. */
  async function predict(name: string, ...options: string[]): Promise<Told> {
    const model = await temporaryFolder();
    const weights = new Uint8Array(4);
    const { trial } = planOf('{ name: t, tasks: [mr], regime: full, methods: [prompt-tuning] }').trials[0]!;
    const card = cardOf({ ...trial, backbone: { ...trial.backbone, fingerprint: 'ab'.repeat(32) } }, weights);
    await writeFile(join(model, 'card.json'), JSON.stringify(card));
    await writeFile(join(model, 'weights.safetensors'), weights);
    const input = await fileWith(name, '{"sentence": "fine ."}\n');
    return run(['predict', '--model', model, '--input', input, '--backbone', '/nowhere/backbone', ...options]);
  }

  test.each(['new.json', 'new.parquet', 'new.ndjson'])('is not guessed where %s ends in another one', async (name) => {
    const { code, said } = await predict(name);
    expect(code).toBe(2);
    expect(said).toMatch(
      /to end in .txt, .tsv, .csv or .jsonl, found `\.\w+`\. `--form` says what it holds: text, tsv/,
    );
  });

  test.each([['new.json', '--form', 'jsonl'], ['new.JSONL'], ['new.txt'], ['new']])(
    'is taken of %s %s %s',
    async (name, ...options) => {
      expect((await predict(name, ...options)).said).toContain('/nowhere/backbone');
    },
  );
});
