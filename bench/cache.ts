// What kept hidden states save of a training step, on real sentences: our own run against itself without them. Rounds of the
// two take turns over the same batches, so that a busy machine slows both.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { childEnvironment, readEnvironment } from '../runtime/environment.mjs';
import type { Trial } from '../sweep/trial.ts';
import { planCacheCase, type PlannedCase } from './cache/case.ts';
import { readCacheOptions, type CacheOptions } from './cache/options.ts';
import { checkSameLoss } from './measuring/same-loss.ts';
import { Side } from './measuring/side.ts';
import { toThousandths, summarise } from './measuring/summary.ts';

/** Of what the cost model promises: 1 + k / 2(L − k). */
const ASKED_SHARE = 0.85;

const readySchema = z.object({ version: z.string(), hardware: z.string(), threads: z.number() });
const numbers = z.array(z.number());
const ranSchema = z.object({
  ...{ ms: numbers, losses: numbers, fillMs: z.number(), meanTokens: z.number() },
  chunks: z.object({ computed: z.number(), fromDisk: z.number() }),
});
type Ran = z.infer<typeof ranSchema>;

const options = readCacheOptions(process.argv.slice(2));
if (options !== null) {
  const found = await measure(options);
  process.stdout.write(options.json ? `${JSON.stringify(found)}\n` : report(found));
}

async function measure(chosen: CacheOptions) {
  const { cacheFolder } = readEnvironment();
  const planned = await planCacheCase({ ...chosen, cacheFolder, steps: 100 });
  const scratch = await mkdtemp(join(tmpdir(), 'lpt-sweep-bench-'));
  const trialsFile = join(scratch, 'trials.json');
  await writeFile(trialsFile, JSON.stringify(planned.trials));
  const words = [
    join(import.meta.dirname, 'cache/ours.ts'),
    String(chosen.threads),
    trialsFile,
    join(scratch, 'blocks'),
  ];
  const side = new Side({
    program: process.execPath,
    args: ['--import', import.meta.resolve('tsx'), ...words],
    env: childEnvironment(),
  });
  try {
    const ready = await side.next(readySchema);
    const rows = [];
    for (const index of planned.trials.keys()) rows.push(await measureTrial(side, { chosen, planned, index }));
    const fillings = await measureFilling(side, planned);
    const { rounds, steps, examples } = chosen;
    return { ...ready, runs: rounds * steps, examples, rows, fillings };
  } finally {
    await side.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Measured {
  chosen: CacheOptions;
  planned: PlannedCase;
  index: number;
}

async function measureTrial(side: Side, { chosen, planned, index }: Measured) {
  const { rounds, steps } = chosen;
  const [kept, anew]: [Ran[], Ran[]] = [[], []];
  // The first steps of a shape are slower, and the hidden states have to be there.
  await side.ask(`kept ${index} 1`, ranSchema);
  await side.ask(`anew ${index} 1`, ranSchema);
  for (let round = 0; round < rounds; round++) {
    kept.push(await side.ask(`kept ${index} ${steps}`, ranSchema));
    anew.push(await side.ask(`anew ${index} ${steps}`, ranSchema));
    checkSameLoss(kept.at(-1)?.losses ?? [], anew.at(-1)?.losses ?? []);
  }
  const [keptMs, anewMs] = [kept, anew].map((side) => side.flatMap(({ ms }) => ms)) as [number[], number[]];
  const ratio = summarise(anewMs.map((ms, step) => ms / (keptMs[step] ?? Number.NaN)));
  const trial = trialAt(planned, index);
  const layer = layerOf(trial);
  const promised = 1 + layer / (2 * (planned.layersOfBackbone - layer));
  return {
    ...{ task: trial.task.name, layer, meanTokens: toThousandths(kept[0]?.meanTokens ?? Number.NaN) },
    ...{ keptMs: summarise(keptMs), anewMs: summarise(anewMs), ratio },
    ...{ promised: toThousandths(promised), asked: toThousandths(ASKED_SHARE * promised) },
    isReached: ratio.median >= ASKED_SHARE * promised,
  };
}

/** Of each task's training split once for all layers: computed when it was first asked for, and read from disk. */
async function measureFilling(side: Side, planned: PlannedCase) {
  const fillings = [];
  await side.ask('forget', z.object({}));
  for (const [index, trial] of planned.trials.entries()) {
    const { fillMs, chunks } = await side.ask(`fill ${index}`, ranSchema);
    fillings.push({ task: trial.task.name, layer: layerOf(trial), fromDiskMs: toThousandths(fillMs), chunks });
  }
  return fillings;
}

function trialAt({ trials }: PlannedCase, index: number): Trial {
  const trial = trials[index];
  if (!trial) throw new RangeError(`Expected a trial's index below ${trials.length}, found ${index}.`);
  return trial;
}

function layerOf({ method }: Trial): number {
  return 'insertionLayer' in method ? ([method.insertionLayer].flat()[0] ?? 0) : 0;
}

function report(found: Awaited<ReturnType<typeof measure>>): string {
  const cells = (values: (string | number)[]) => values.map((value) => String(value).padStart(9)).join(' ');
  const line = ({ task, layer, keptMs, anewMs, ratio, promised, asked }: (typeof found.rows)[number]) =>
    cells([task, layer, keptMs.median, anewMs.median, ratio.min, ratio.median, ratio.max, promised, asked]);
  return [
    `${found.version}, ${found.threads} threads, ${found.runs} steps a side, ${found.examples} examples a task`,
    cells(['task', 'layer', 'kept ms', 'anew ms', 'min', 'ratio', 'max', 'promised', 'asked']),
    ...found.rows.map(line),
    ...found.fillings.map(
      ({ task, layer, fromDiskMs, chunks }) =>
        `${task}, layer ${layer}: ${chunks.fromDisk} chunks from disk in ${fromDiskMs} ms`,
    ),
    '',
  ].join('\n');
}
