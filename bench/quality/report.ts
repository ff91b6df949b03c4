// The table of bench/quality.ts: both sides and prompt tuning, by task and seed, and the means over the seeds.
import { meanAndSd, percent } from '../../sweep/numbers.ts';
import { mean, standardDeviation } from '../../sweep/statistics.ts';
import { points } from '../../sweep/statistics/words.ts';
import type { QualityOptions } from './options.ts';
import type { Row } from './rows.ts';

export interface TaskQuality {
  task: string;
  metric: string;
  testExamples: number;
  seeds: SeedQuality[];
}

/** Test scores in [0, 1]; null for what was not run. */
export interface SeedQuality {
  dataSeed: number;
  /** With the first training seed and learning rate, as PyTorch has it. */
  ours: number | null;
  pytorch: number | null;
  /** At each training seed's learning rate that is best on dev: means over all training seeds. */
  oursMean: number | null;
  promptTuning: number | null;
}

type Asked = Pick<QualityOptions, 'tasks' | 'seeds' | 'trainSeeds' | 'learningRates'>;

export function qualityOf(rows: Row[], { tasks, seeds, trainSeeds, learningRates }: Asked): TaskQuality[] {
  const [trainSeed = 1] = trainSeeds;
  const [learningRate = 1e-3] = learningRates;
  return tasks.flatMap((task) => {
    const own = rows.filter((row) => row.task === task);
    const [first] = own;
    if (first === undefined) return [];
    const scoreOf = (is: Partial<Row>): number | null =>
      bestOnDev(own.filter((row) => Object.entries(is).every(([field, value]) => row[field as keyof Row] === value)))
        ?.testScore ?? null;
    const meanOf = (is: Partial<Row>): number | null => {
      const scores = trainSeeds.flatMap((seed) => scoreOf({ ...is, trainSeed: seed }) ?? []);
      return scores.length < trainSeeds.length ? null : mean(scores);
    };
    const bySeed = seeds.map((dataSeed) => ({
      dataSeed,
      ours: scoreOf({ dataSeed, trainSeed, learningRate, side: 'ours', method: 'lpt' }),
      pytorch: scoreOf({ dataSeed, trainSeed, learningRate, side: 'pytorch', method: 'lpt' }),
      oursMean: meanOf({ dataSeed, side: 'ours', method: 'lpt' }),
      promptTuning: meanOf({ dataSeed, side: 'ours', method: 'prompt-tuning' }),
    }));
    return [{ task, metric: first.metric, testExamples: first.testExamples, seeds: bySeed }];
  });
}

/** Of equals the first. */
function bestOnDev(rows: Row[]): Row | undefined {
  return rows.toSorted((one, other) => other.devScore - one.devScore)[0];
}

/** Over the seeds that both sides have; in [-1, 1]. Null where there is none. */
export function meanDifference(seeds: SeedQuality[]): number | null {
  const differences = seeds.flatMap(({ ours, pytorch }) => (ours === null || pytorch === null ? [] : [ours - pytorch]));
  return differences.length === 0 ? null : mean(differences);
}

const LPT_COLUMNS = ['LPT, ours', 'LPT, PyTorch', 'ours − PyTorch', 'LPT, mean'];
const HEADER = ['task', 'data seed', ...LPT_COLUMNS, 'prompt tuning, mean'];

/** Markdown, its columns aligned as the formatter has them. */
export function qualityTable(qualities: TaskQuality[]): string {
  const lines = qualities.flatMap(({ task, seeds }) => [
    ...seeds.map((seed) => [
      task,
      String(seed.dataSeed),
      percent(seed.ours) ?? '',
      percent(seed.pytorch) ?? '',
      points(meanDifference([seed])) ?? '',
      percent(seed.oursMean) ?? '',
      percent(seed.promptTuning) ?? '',
    ]),
    [
      task,
      'mean',
      meanOfSeeds(seeds.map(({ ours }) => ours)),
      meanOfSeeds(seeds.map(({ pytorch }) => pytorch)),
      points(meanDifference(seeds)) ?? '',
      meanOfSeeds(seeds.map(({ oursMean }) => oursMean)),
      meanOfSeeds(seeds.map(({ promptTuning }) => promptTuning)),
    ],
  ]);
  const widths = HEADER.map((title, column) =>
    Math.max(title.length, ...lines.map((cells) => (cells[column] ?? '').length)),
  );
  const line = (cells: string[]) => `| ${cells.map((cell, c) => cell.padEnd(widths[c] ?? 0)).join(' | ')} |\n`;
  return [HEADER, widths.map((width) => '-'.repeat(width)), ...lines].map(line).join('');
}

export function qualityPage(qualities: TaskQuality[], options: QualityOptions, versions: string[]): string {
  const { k, steps, every, devSize, trainSeeds, learningRates, promptTuningRates } = options;
  const tests = qualities.map(({ task, testExamples, metric }) => `${task} ${testExamples} (${metric})`).join(', ');
  return `# Results

Late prompt tuning as this program trains it, and as a plain PyTorch script trains it: ${options.model}, layer 6, prompt of length 5 from the naive prompt generator
(bottleneck 128, dropout 0.1), batch 16, learning rate ${learningRates[0]}, weight decay 0.1, warm-up 0.06, ${steps} steps. ${k} training and ${devSize} dev examples in all, the very
same ones on both sides, and so are initial values, order and what is dropped. Dev is scored every ${every} steps; the step that is best on it is scored once on test.
Beside them prompt tuning (layer 0, length 20) as this program trains it. Test scores in percent; mean ± sd over the data seeds. The first
three columns have training seed ${trainSeeds[0]}; the last two are means over the training seeds ${trainSeeds.join(', ')}, each at the learning rate that is best on dev:
of ${learningRates.join(', ')} for late prompt tuning, of ${promptTuningRates.join(', ')} for prompt tuning.

\`\`\`
${commandOf(options)}
\`\`\`

${qualityTable(qualities)}
Test examples: ${tests}. ${versions.join('; ')}.
`;
}

/** What repeats the run, but for where its files lie. */
function commandOf(options: QualityOptions): string {
  const { tasks, k, steps, every, devSize, testSize, seeds, trainSeeds, methods, sides, write } = options;
  const given = {
    ...{ tasks, k, steps, every, 'dev-size': devSize, 'test-size': testSize, seeds, 'train-seeds': trainSeeds },
    ...{ methods, sides, 'learning-rates': options.learningRates, 'prompt-tuning-rates': options.promptTuningRates },
    ...(write !== null && { write }),
  };
  const flags = Object.entries(given).map(([name, value]) => `--${name} ${String(value)}`);
  return `npm run bench:quality -- ${flags.join(' ')}`;
}

function meanOfSeeds(scores: (number | null)[]): string {
  const known = scores.filter((score) => score !== null);
  return known.length === 0 ? '' : meanAndSd(mean(known), standardDeviation(known));
}
