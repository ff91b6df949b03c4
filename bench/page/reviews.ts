// Reviews as files: as many for training as the largest built-in data sets have, too many for the page to read at every request.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprintData } from '../../data/dataset.ts';
import type { DataSource } from '../../sweep/task.ts';
import { TEST_EXAMPLES } from '../orchestration/stored-trials.ts';

const TRAINING_EXAMPLES = 390_000;

export async function writeReviews(folder: string): Promise<DataSource> {
  const files = { train: join(folder, 'train.tsv'), test: join(folder, 'test.tsv') };
  await writeFile(files.train, reviews(TRAINING_EXAMPLES));
  await writeFile(files.test, reviews(TEST_EXAMPLES));
  const columns = { sentence: 'sentence', label: 'label' };
  return { files, columns, fingerprint: await fingerprintData(files, columns) };
}

function reviews(count: number): string {
  const rows = Array.from({ length: count }, (_, index) => {
    return `${'a film that goes on for a while, and then for a while more '.repeat(3)}${index}\t${index % 2}\n`;
  });
  return `sentence\tlabel\n${rows.join('')}`;
}
