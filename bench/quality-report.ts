// The table of bench/quality.ts: both sides and prompt tuning, by task and seed, and the means over the seeds.
import { mean, standardDeviation } from '../sweep/statistics.ts';
import type { QualityOptions } from './quality-options.ts';
import type { Row } from './quality-rows.ts';

export interface TaskQuality {
  task: string;
  metric: string;
  testExamples: number;
  seeds: SeedQuality[];
}

/** Test scores in [0, 1]; null for what was not run. */
export interface SeedQuality {
  dataSeed: number;
  /** With the first training seed, as PyTorch has it. */
  ours: number | null;
  pytorch: number | null;
  /** Means over all training seeds. */
  oursMean: number | null;
  promptTuning: number | null;
}

export function qualityOf(
  rows: Row[],
  { tasks, seeds, trainSeeds }: Pick<QualityOptions, 'tasks' | 'seeds' | 'trainSeeds'>,
): TaskQuality[] {
  const [trainSeed = 1] = trainSeeds;
  return tasks.flatMap((task) => {
    const own = rows.filter((row) => row.task === task);
    const [first] = own;
    if (first === undefined) return [];
    const scoreOf = (is: Partial<Row>): number | null =>
      own.find((row) => Object.entries(is).every(([field, value]) => row[field as keyof Row] === value))?.testScore ??
      null;
    const meanOf = (is: Partial<Row>): number | null => {
      const scores = trainSeeds.flatMap((seed) => scoreOf({ ...is, trainSeed: seed }) ?? []);
      return scores.length < trainSeeds.length ? null : mean(scores);
    };
    const bySeed = seeds.map((dataSeed) => ({
      dataSeed,
      ours: scoreOf({ dataSeed, trainSeed, side: 'ours', method: 'lpt' }),
      pytorch: scoreOf({ dataSeed, trainSeed, side: 'pytorch', method: 'lpt' }),
      oursMean: meanOf({ dataSeed, side: 'ours', method: 'lpt' }),
      promptTuning: meanOf({ dataSeed, side: 'ours', method: 'prompt-tuning' }),
    }));
    return [{ task, metric: first.metric, testExamples: first.testExamples, seeds: bySeed }];
  });
}

/** Over the seeds that both sides have; in [-1, 1]. Null where there is none. */
export function meanDifference(seeds: SeedQuality[]): number | null {
  const differences = seeds.flatMap(({ ours, pytorch }) => (ours === null || pytorch === null ? [] : [ours - pytorch]));
  return differences.length === 0 ? null : mean(differences);
}

const HEADER = ['task', 'data seed', 'LPT, ours', 'LPT, PyTorch', 'ours − PyTorch', 'LPT, mean', 'prompt tuning, mean'];

/** Markdown, its columns aligned as the formatter has them. */
export function qualityTable(qualities: TaskQuality[]): string {
  const lines = qualities.flatMap(({ task, seeds }) => [
    ...seeds.map((seed) => [
      task,
      String(seed.dataSeed),
      percent(seed.ours),
      percent(seed.pytorch),
      signed(meanDifference([seed])),
      percent(seed.oursMean),
      percent(seed.promptTuning),
    ]),
    [
      task,
      'mean',
      meanAndSd(seeds.map(({ ours }) => ours)),
      meanAndSd(seeds.map(({ pytorch }) => pytorch)),
      signed(meanDifference(seeds)),
      meanAndSd(seeds.map(({ oursMean }) => oursMean)),
      meanAndSd(seeds.map(({ promptTuning }) => promptTuning)),
    ],
  ]);
  const widths = HEADER.map((title, column) =>
    Math.max(title.length, ...lines.map((cells) => (cells[column] ?? '').length)),
  );
  const line = (cells: string[]) => `| ${cells.map((cell, c) => cell.padEnd(widths[c] ?? 0)).join(' | ')} |\n`;
  return [HEADER, widths.map((width) => '-'.repeat(width)), ...lines].map(line).join('');
}

export function qualityPage(qualities: TaskQuality[], options: QualityOptions, versions: string[]): string {
  const { k, steps, every, devSize, promptTuningRate } = options;
  const tests = qualities.map(({ task, testExamples, metric }) => `${task} ${testExamples} (${metric})`).join(', ');
  return `# Results

Late prompt tuning as this program trains it, and as a plain PyTorch script trains it: ${options.model}, layer 6, prompt of length 5 from the naive prompt generator
(bottleneck 128, dropout 0.1), batch 16, learning rate 1e-3, weight decay 0.1, warm-up 0.06, ${steps} steps. ${k} training and ${devSize} dev examples in all, the very
same ones on both sides, and so are initial values, order and what is dropped. Dev is scored every ${every} steps; the step that is best on it is scored once on test.
Beside them prompt tuning (layer 0, length 20, learning rate ${promptTuningRate}) as this program trains it. Test scores in percent; mean ± sd over the data seeds. The first
three columns have training seed ${options.trainSeeds[0]}, the last two are means over the training seeds ${options.trainSeeds.join(', ')}.

\`\`\`
${commandOf(options)}
\`\`\`

${qualityTable(qualities)}
Test examples: ${tests}. ${versions.join('; ')}.
`;
}

/** What repeats the run, but for where its files lie. */
export function commandOf({
  tasks,
  k,
  steps,
  every,
  devSize,
  testSize,
  seeds,
  trainSeeds,
  methods,
  write,
}: QualityOptions): string {
  const run = `npm run bench:quality -- --tasks ${tasks.join()} --k ${k} --steps ${steps} --every ${every}`;
  const drawn = `--dev-size ${devSize} --test-size ${testSize} --seeds ${seeds.join()} --train-seeds ${trainSeeds.join()} --methods ${methods.join()}`;
  return `${run} ${drawn}${write === null ? '' : ` --write ${write}`}`;
}

function percent(score: number | null): string {
  return score === null ? '' : (100 * score).toFixed(1);
}

function signed(difference: number | null): string {
  if (difference === null) return '';
  return `${difference < 0 ? '−' : '+'}${percent(Math.abs(difference))}`;
}

function meanAndSd(scores: (number | null)[]): string {
  const known = scores.filter((score) => score !== null);
  if (known.length === 0) return '';
  const sd = standardDeviation(known);
  return `${percent(mean(known))}${sd === null ? '' : ` ± ${percent(sd)}`}`;
}
