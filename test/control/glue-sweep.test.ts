// The sweep file of GLUE against the data set's card on the Hub: columns, and the class behind each number.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { within, placesIn } from '../../control/places.ts';
import { describeTask } from '../../control/task-settings.ts';
import { checkTask } from '../../data/check.ts';
import { findTask } from '../../data/tasks/index.ts';
import { loadTokenizer } from '../../data/tokenizer.ts';
import { parseSweep } from '../../sweep/parse.ts';
import { fileWith, vocabularyFolder } from '../support/data-files.ts';

const SOURCE = readFileSync('sweeps/glue.yaml', 'utf8');
const ENTAILMENT = { entailment: 'Yes', not_entailment: 'No' };

/** Text columns, and the word that each class shall have, in the order of the classes' numbers. */
const CARD: Record<string, { columns: string[]; words: Record<string, string> }> = {
  sst2: { columns: ['sentence'], words: { negative: 'terrible', positive: 'great' } },
  mrpc: { columns: ['sentence1', 'sentence2'], words: { not_equivalent: 'No', equivalent: 'Yes' } },
  cola: { columns: ['sentence'], words: { unacceptable: 'incorrect', acceptable: 'correct' } },
  rte: { columns: ['sentence1', 'sentence2'], words: ENTAILMENT },
  qnli: { columns: ['question', 'sentence'], words: ENTAILMENT },
  qqp: { columns: ['question1', 'question2'], words: { not_duplicate: 'No', duplicate: 'Yes' } },
  mnli: { columns: ['premise', 'hypothesis'], words: { entailment: 'Yes', neutral: 'Maybe', contradiction: 'No' } },
};

const spec = parseSweep(SOURCE);

test('has every task of the card that is built in', () => {
  expect(spec.tasks.map(({ task, data }) => [task, data])).toEqual(
    Object.keys(CARD).map((name) => [name, `hub:nyu-mll/glue:${name}`]),
  );
});

test.each(spec.tasks.map((asked, index) => ({ name: asked.task, asked, index })))(
  '$name is read from the columns of the card, each class with its word and the fields in their order',
  async ({ name, asked, index }) => {
    const { columns, words } = CARD[name]!;
    const place = within(placesIn(SOURCE), 'tasks', index);
    const described = describeTask({ asked, builtIn: findTask(name), place }, { architecture: 'encoder' });
    const rows = Object.keys(words).map((_, number) => [...columns.map((column) => `good ${column}`), number]);
    const train = await fileWith('train.tsv', [[...columns, 'label'], ...rows].map((row) => row.join('\t')).join('\n'));
    const data = { files: { train, test: train }, columns: described.columns, fingerprint: '' };
    const vocabulary = [...new Set(Object.values(words).map((word) => word.toLowerCase())), 'good', '.', '?'];
    const tokenizer = await loadTokenizer(await vocabularyFolder(vocabulary));
    const task = { name, ...described, data };
    const report = await checkTask({ task, tokenizer, promptLength: 5, maxPositions: 64 });
    expect(report.classes).toEqual(Object.fromEntries(rows.map((_, number) => [String(number), 1])));
    expect(Object.keys(words).map((_, number) => described.labelWords[number])).toEqual(Object.values(words));
    const { fields } = findTask(name)!;
    expect(fields.map((field) => described.columns[field])).toEqual(columns);
  },
);
