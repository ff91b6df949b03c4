// Finished trainings, a line of JSON each, written as soon as they end: a run that is started again skips them.
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SIDES } from './options.ts';

const rowSchema = z.object({
  /** Everything that decides the outcome, but for who computed it. */
  trialKey: z.string(),
  side: z.enum(SIDES),
  task: z.string(),
  method: z.string(),
  metric: z.string(),
  dataSeed: z.number(),
  trainSeed: z.number(),
  learningRate: z.number(),
  k: z.number(),
  devScore: z.number(),
  testScore: z.number(),
  testExamples: z.number(),
  selectedStep: z.number(),
  seconds: z.number(),
  /** Of TensorFlow or of PyTorch. */
  version: z.string(),
});
export type Row = z.infer<typeof rowSchema>;

export class Rows {
  readonly #file: string;
  readonly #rows: Row[];

  private constructor(file: string, rows: Row[]) {
    this.#file = file;
    this.#rows = rows;
  }

  /** @param folder is made where it is not there yet */
  static async in(folder: string): Promise<Rows> {
    await mkdir(folder, { recursive: true });
    const file = join(folder, 'rows.jsonl');
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
      throw error;
    });
    // A run that was killed while it wrote leaves half a line at the end.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) await appendFile(file, '\n');
    return new Rows(file, text.split('\n').flatMap(rowsOf));
  }

  find({ trialKey, side }: Pick<Row, 'trialKey' | 'side'>): Row | undefined {
    return this.#rows.find((row) => row.trialKey === trialKey && row.side === side);
  }

  async add(row: Row): Promise<void> {
    await appendFile(this.#file, `${JSON.stringify(row)}\n`);
    this.#rows.push(row);
  }
}

/** None for a line that was not written to its end: that training is done again. */
function rowsOf(line: string): Row[] {
  try {
    return [rowSchema.parse(JSON.parse(line))];
  } catch {
    return [];
  }
}
