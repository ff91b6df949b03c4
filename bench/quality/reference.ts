// The other side of bench/quality.ts: the same recipe in PyTorch, which reads the very examples that our side trains on, and
// the order and the dropout seeds that our side draws.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readBackboneConfig } from '../../data/backbone-files.ts';
import { loadEncodedSplits } from '../../data/encoded-splits.ts';
import type { EncodedExample } from '../../data/encode.ts';
import { loadTokenizer } from '../../data/tokenizer.ts';
import { childEnvironment } from '../../runtime/environment.mjs';
import { textPositions } from '../../sweep/arithmetic.ts';
import type { Trial } from '../../sweep/trial.ts';
import { BatchOrder } from '../../training/batches.ts';
import { dropoutSeedAt } from '../../training/step.ts';
import { Side } from '../measuring/side.ts';
import type { Pytorch } from '../pytorch/find.ts';

const readySchema = z.object({ version: z.string() });
const answerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('dev'), step: z.number(), score: z.number() }),
  z.object({
    type: z.literal('finished'),
    devScore: z.number(),
    testScore: z.number(),
    selectedStep: z.number(),
    testExamples: z.number(),
  }),
]);
type Finished = Extract<z.infer<typeof answerSchema>, { type: 'finished' }>;

export interface ReferenceSettings {
  pytorch: Pytorch;
  backboneFolder: string;
  threads: number;
  /** The hidden states below the prompt; else anew for each batch. */
  computesOnce: boolean;
  /** Examples are handed over through files in this folder. */
  scratch: string;
}

export class Reference {
  readonly #settings: ReferenceSettings;
  readonly #side: Side;
  readonly version: string;

  private constructor(settings: ReferenceSettings, side: Side, version: string) {
    this.#settings = settings;
    this.#side = side;
    this.version = version;
  }

  static async start(settings: ReferenceSettings): Promise<Reference> {
    const { pytorch, backboneFolder, threads } = settings;
    const script = join(import.meta.dirname, '../pytorch/quality_reference.py');
    const side = new Side({
      program: pytorch.program,
      args: [script, backboneFolder, String(threads)],
      env: childEnvironment({ ...pytorch.env, OMP_WAIT_POLICY: 'PASSIVE', PYTHONDONTWRITEBYTECODE: '1' }),
    });
    return new Reference(settings, side, (await side.next(readySchema)).version);
  }

  /** @param onDev hears of each score on dev @throws with what Python printed, where it ends early */
  async train(trial: Trial, onDev: (step: number, score: number) => void): Promise<Finished> {
    const file = join(this.#settings.scratch, 'case.json');
    await writeFile(file, JSON.stringify(await caseOf(trial, this.#settings)));
    let answer = await this.#side.ask(file, answerSchema);
    while (answer.type === 'dev') {
      onDev(answer.step, answer.score);
      answer = await this.#side.next(answerSchema);
    }
    return answer;
  }

  close(): Promise<void> {
    return this.#side.close();
  }
}

/** Everything that the script has to know: settings, seed, and each split as token ids. */
async function caseOf(
  trial: Trial,
  { backboneFolder, computesOnce }: Pick<ReferenceSettings, 'backboneFolder' | 'computesOnce'>,
): Promise<object> {
  const tokenizer = await loadTokenizer(backboneFolder);
  const maxTokens = textPositions(trial.method, await readBackboneConfig(backboneFolder));
  const { train, dev, test, labelWordIds } = await loadEncodedSplits(trial, { tokenizer, maxTokens });
  const plain = ({ tokenIds, ...rest }: EncodedExample) => ({ tokenIds: [...tokenIds], ...rest });
  return {
    ...{ method: trial.method, training: trial.training, trainSeed: trial.trainSeed, metric: trial.task.metric },
    ...{ labelWordIds, computesOnce },
    ...drawsOf(trial, train.examples.length),
    examples: {
      train: train.examples.map(plain),
      dev: dev.examples.map(plain),
      test: test.examples.map(plain),
    },
  };
}

/** What our side draws for each step. */
function drawsOf({ training, trainSeed }: Trial, size: number): { order: number[][]; dropoutSeeds: number[] } {
  const batches = new BatchOrder(size, training.batchSize, trainSeed);
  const steps = Array.from({ length: training.steps }, (_, step) => step);
  return {
    order: steps.map((step) => batches.at(step)),
    dropoutSeeds: steps.map((step) => dropoutSeedAt(step, trainSeed)),
  };
}
