import { expect, test } from 'vitest';
import { checkTask } from '../../data/check.ts';
import { findTask, TASKS } from '../../data/tasks/index.ts';
import { fieldsOf, untilMask } from '../../data/template.ts';
import { loadTokenizer, type Tokenizer } from '../../data/tokenizer.ts';
import type { TaskSettings } from '../../sweep/task.ts';
import { fileWith, vocabularyFolder } from '../support/data-files.ts';
import { tinyFolder } from '../support/fixtures.ts';

const WORDS = ['good', 'bad', 'great', 'terri', '##ble', 'it', 'was', '.'];

interface Changes {
  tokenizer?: Tokenizer;
  tsv?: string;
  task?: Partial<TaskSettings>;
}

async function check({ tsv = tenOfEach('0', '1'), task = {}, tokenizer }: Changes) {
  const train = await fileWith('train.tsv', tsv);
  const settings: TaskSettings = {
    name: 'reviews',
    template: '{sentence} . It was <mask> .',
    labelWords: { '0': 'bad', '1': 'great' },
    metric: 'accuracy',
    data: { files: { train, test: train }, columns: {}, fingerprint: '' },
    ...task,
  };
  return checkTask({
    task: settings,
    tokenizer: tokenizer ?? (await loadTokenizer(await vocabularyFolder(WORDS))),
    promptLength: 5,
    maxPositions: 32,
  });
}

function tenOfEach(...labels: string[]): string {
  return 'sentence\tlabel\n' + labels.map((label) => `good good\t${label}\n`.repeat(10)).join('');
}

test('a sound task is described for the cost estimate', async () => {
  // [CLS] good good . it was [MASK] . [SEP]
  expect(await check({})).toEqual({
    classes: { '0': 10, '1': 10 },
    examples: { test: 20, mismatched: null },
    meanTokens: 9,
    unlabelled: 0,
    testedOnDev: false,
    shortened: [],
  });
});

test('a label word of two tokens is refused with its tokens', async () => {
  await expect(check({ task: { labelWords: { '0': 'terrible', '1': 'great' } } })).rejects.toThrow(
    'Expected the label word "terrible" of label "0" (task reviews) to be one token, found 2: terri ##ble.',
  );
});

test('a label word that the vocabulary does not know is refused', async () => {
  await expect(check({ task: { labelWords: { '0': 'zzz', '1': 'great' } } })).rejects.toThrow('not in the vocabulary');
});

test('two labels with one word are refused', async () => {
  await expect(check({ task: { labelWords: { '0': 'great', '1': 'Great' } } })).rejects.toThrow(
    'to have different label words',
  );
});

test('for a decoder, two label words that start with the same token are named together', async () => {
  const tokenizer = await loadTokenizer(tinyFolder('gpt2-tiny'), { architecture: 'decoder', vocabularySize: 330 });
  const template = '{sentence} . It was <mask>';
  const labelled = (zero: string, one: string) =>
    check({ tokenizer, task: { template, labelWords: { '0': zero, '1': one } } });
  await expect(labelled('terrible', 'terrific')).rejects.toThrow(
    'Expected the label words "terrible" and "terrific" (task reviews) to start with different tokens, found Ġterri for both.',
  );
  await expect(labelled('terrible', 'great')).rejects.toThrow('of label "0" (task reviews) to be one token, found 4');
  await expect(labelled('great', 'great')).rejects.toThrow('to have different label words, found "great" for both');
  const lengths = ['good good', ' . It was'].map((text) => tokenizer.encode(text).length);
  expect(await labelled('bad', 'great')).toMatchObject({ meanTokens: lengths[0]! + lengths[1]! });
});

test('a missing column is refused, with what to do where the data calls it otherwise', async () => {
  await expect(check({ tsv: 'text\tlabel\na\t1\n' })).rejects.toThrow(
    /^Expected a column `sentence` .*, found `text`, `label`\. Where the data has it under another name, `columns` of the sweep file says under which\.$/,
  );
});

test('labels that the task does not know are named and counted, with what to do where they are numbers', async () => {
  await expect(check({ tsv: tenOfEach('0', '1', '-1') })).rejects.toThrow(
    'Expected the labels 0, 1 in the data of task reviews, found "-1" (20 times). Where the data numbers its classes, `labelWords` of the sweep file says which number is which word.',
  );
});

test('a text that stands where the label should is cut off in the error', async () => {
  const text = `the patient ${'was seen again '.repeat(20)}`;
  await expect(check({ tsv: tenOfEach('0', '1', text) })).rejects.toThrow(
    'found "the patient was seen again was seen agai…" (20 times)',
  );
});

test('examples of SNLI without a label are left out of every split, and counted; another label is refused still', async () => {
  const tokenizer = await loadTokenizer(await vocabularyFolder(['yes', 'no', 'maybe', ...WORDS]));
  const labelWords = findTask('snli')!.labelWords;
  const labels = ['contradiction', 'entailment', 'neutral'];
  const snli = { name: 'snli', labelWords };
  expect(await check({ tokenizer, task: snli, tsv: tenOfEach(...labels, '-', '-1') })).toMatchObject({
    classes: { contradiction: 10, entailment: 10, neutral: 10 },
    examples: { test: 30 },
    unlabelled: 40,
  });
  await expect(check({ tokenizer, task: snli, tsv: tenOfEach(...labels, '-2') })).rejects.toThrow(
    'found "-2" (20 times)',
  );
  await expect(check({ tokenizer, task: snli, tsv: tenOfEach('-1') })).rejects.toThrow('found "-1" (20 times)');
});

test('an empty class is named', async () => {
  await expect(check({ tsv: tenOfEach('0') })).rejects.toThrow('found none of label "1"');
});

test('a fifth of the only file has to be an example at least', async () => {
  const only = async (ofEach: number) => {
    const rows = ['0', '1'].map((label) => `good good\t${label}\n`.repeat(ofEach));
    const train = await fileWith('train.tsv', `sentence\tlabel\n${rows.join('')}`);
    return check({ task: { data: { files: { train }, columns: {}, fingerprint: '' } } });
  };
  await expect(only(2)).rejects.toThrow(
    /^Expected test examples of task reviews, found none: .* Give it a test file\.$/,
  );
  expect((await only(3)).examples).toMatchObject({ test: 2 });
});

test('F1 asks for two classes', async () => {
  const labelWords = { '0': 'bad', '1': 'great', '2': 'good' };
  await expect(check({ tsv: tenOfEach('0', '1', '2'), task: { labelWords, metric: 'f1' } })).rejects.toThrow(
    'Expected two labels for the metric f1 (task reviews), found 3.',
  );
});

test('the Matthews correlation asks for two classes', async () => {
  const labelWords = { '0': 'bad', '1': 'great', '2': 'good' };
  await expect(check({ tsv: tenOfEach('0', '1', '2'), task: { labelWords, metric: 'matthews' } })).rejects.toThrow(
    'Expected two labels for the metric matthews (task reviews), found 3.',
  );
});

test('examples that are longer than the backbone reads are counted, split by split', async () => {
  // 32 positions less 5 of the prompt and 7 of the template leave 20 for the text.
  const long = `${'good '.repeat(21)}\t1\n`;
  const mismatched = await fileWith('mismatched.tsv', tenOfEach('0') + long + long);
  const train = await fileWith('train.tsv', tenOfEach('0', '1') + long);
  const test = await fileWith('test.tsv', tenOfEach('0', '1'));
  const data = { files: { train, test, testMismatched: mismatched }, columns: {}, fingerprint: '' };
  expect(await check({ task: { data } })).toMatchObject({
    examples: { test: 20, mismatched: 12 },
    shortened: [
      { split: 'train', shortened: 1, measured: 21 },
      { split: 'test-mismatched', shortened: 2, measured: 12 },
    ],
  });
});

test('unknown labels of a second test set are found as well', async () => {
  const train = await fileWith('train.tsv', tenOfEach('0', '1'));
  const testMismatched = await fileWith('mismatched.tsv', tenOfEach('2'));
  const data = { files: { train, test: train, testMismatched }, columns: {}, fingerprint: '' };
  await expect(check({ task: { data } })).rejects.toThrow('found "2" (10 times)');
});

test('every built-in task has a sound template with a field for each of its columns', () => {
  for (const task of TASKS) expect(fieldsOf(task.template).sort()).toEqual([...task.fields].sort());
  expect(new Set(TASKS.map(({ name }) => name)).size).toBe(TASKS.length);
  expect(TASKS).toHaveLength(17);
});

test('every built-in task has a template for decoders with the same fields', () => {
  for (const { template, decoderTemplate = template, fields } of TASKS) {
    expect(fieldsOf(untilMask(decoderTemplate)).sort()).toEqual([...fields].sort());
  }
});
