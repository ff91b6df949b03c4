// Time of one training step against PyTorch, the same work on the same threads: all layers forward, backward through
// those above the prompt, AdamW on the prompt generator. Rounds of the two take turns, so that a busy machine slows both.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { readEnvironment } from '../runtime/environment.mjs';
import { cacheLayout } from '../runtime/folders.mjs';
import { checkSameLoss } from './same-loss.ts';
import type { Side } from './side.ts';
import { stepCase } from './step-case.ts';
import { roundSchema, withStepSides, type Round, type StepSettings } from './step-sides.ts';
import { drawStepTexts, tokensOf } from './step-texts.ts';
import { rounded, summarise } from './summary.ts';

const HELP = `npm run bench:step -- [--json] [--task sst2] [--layer 6] [--rounds 5] [--steps 8] [--threads 2]
  [--data ../shared/data] [--model FOLDER]
The steps of a round take as many batches of 16 sentences each.`;

const kernelsSchema = z.object({ kernels: z.object({ all: z.number(), cached: z.number() }) });

interface Options extends StepSettings {
  json: boolean;
  task: string;
  rounds: number;
  steps: number;
}

const environment = readEnvironment();
const options = await readOptions();
const result = await compare();
process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : report(result));

async function readOptions(): Promise<Options> {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      layer: { type: 'string', default: '6' },
      rounds: { type: 'string', default: '5' },
      steps: { type: 'string', default: '8' },
      task: { type: 'string', default: 'sst2' },
      data: { type: 'string', default: join('..', 'shared', 'data') },
      threads: { type: 'string', default: '2' },
      model: { type: 'string', default: cacheLayout(environment.cacheFolder).bertBaseUncased },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${HELP}\n`);
    process.exit(0);
  }
  const { json, model, task } = values;
  const steps = Number(values.steps);
  const drawn = { cacheFolder: environment.cacheFolder, model, task, data: values.data, batches: steps };
  return {
    ...{ json, model, task, layer: Number(values.layer), texts: await drawStepTexts(drawn) },
    ...{ rounds: Number(values.rounds), steps, threads: Number(values.threads) },
  };
}

async function compare() {
  return withStepSides(environment, options, async ({ ours, reference, versions }) => {
    const rounds = await takeTurns(ours, reference);
    const { kernels } = await ours.ask('kernels', kernelsSchema);
    return { ...summary(rounds), kernelCallsPerStep: kernels, ...versions };
  });
}

interface Rounds {
  ours: Round[];
  cached: Round[];
  reference: Round[];
  maskOnly: Round[];
}

async function takeTurns(ours: Side, reference: Side): Promise<Rounds> {
  const { rounds: count, steps } = options;
  // The first steps of a process are slower; they also show that both sides compute the same loss.
  const [ourFirst, referenceFirst] = [await ours.ask('all 2', roundSchema), await reference.ask('all 2', roundSchema)];
  checkSameLoss(ourFirst.losses, referenceFirst.losses);
  await ours.ask('cached 1', roundSchema);
  const rounds: Rounds = { ours: [], cached: [], reference: [], maskOnly: [] };
  for (let round = 0; round < count; round += 1) {
    rounds.ours.push(await ours.ask(`all ${steps}`, roundSchema));
    rounds.reference.push(await reference.ask(`all ${steps}`, roundSchema));
    rounds.cached.push(await ours.ask(`cached ${steps}`, roundSchema));
    rounds.maskOnly.push(await reference.ask(`mask-only ${steps}`, roundSchema));
  }
  return rounds;
}

function summary(rounds: Rounds) {
  const wall = mapSides(rounds, (side) => summarise(side.flatMap(({ ms }) => ms)));
  const cpu = mapSides(rounds, (side) => summarise(side.flatMap(({ cpuMs }) => cpuMs)));
  const peak = (side: Round[]) => Math.round(Math.max(...side.map(({ peakMemoryMiB }) => peakMemoryMiB)));
  const { ours, reference, maskOnly, cached } = wall;
  return {
    oursMs: ours.median,
    referenceMs: reference.median,
    ratio: rounded(ours.median / reference.median),
    ratioOfMinima: rounded(ours.min / reference.min),
    ratioOfCpuTime: rounded(cpu.ours.median / cpu.reference.median),
    /** Against a reference that also runs its last layer at the mask alone. */
    ratioToMaskOnly: rounded(ours.median / maskOnly.median),
    ratioOfMinimaToMaskOnly: rounded(ours.min / maskOnly.min),
    cachedMs: cached.median,
    /** What a sweep sees: how many times as fast as PyTorch a step is whose hidden states are there. */
    timesAsFast: rounded(reference.median / cached.median),
    runs: options.rounds * options.steps,
    threads: options.threads,
    milliseconds: wall,
    cpuMilliseconds: cpu,
    peakMemoryMiB: { ours: peak([...rounds.ours, ...rounds.cached]), reference: peak(rounds.reference) },
    ...{ task: options.task, tokens: tokensOf(options.texts), batches: options.steps },
    case: stepCase(options.layer),
  };
}

function mapSides<Of>(rounds: Rounds, of: (side: Round[]) => Of): Record<keyof Rounds, Of> {
  const { ours, cached, reference, maskOnly } = rounds;
  return { ours: of(ours), cached: of(cached), reference: of(reference), maskOnly: of(maskOnly) };
}

function report(found: Awaited<ReturnType<typeof compare>>): string {
  const line = (name: string, side: keyof Rounds) => {
    const { min, median, max } = found.milliseconds[side];
    const columns = [min, median, max, found.cpuMilliseconds[side].median];
    return `${name.padEnd(42)} ${columns.map((ms) => ms.toFixed(0).padStart(7)).join(' ')}\n`;
  };
  const { peakMemoryMiB: peak, kernelCallsPerStep: kernels } = found;
  return [
    `${found.task}: ${found.tokens.mean.toFixed(1)} tokens a sentence, ${found.tokens.padded.toFixed(1)} with padding\n`,
    `${`ms a step (${found.runs} runs, ${found.threads} threads)`.padEnd(42)}     min  median     max     cpu\n`,
    line(`ours, ${found.ours.version}`, 'ours'),
    line(found.reference.version, 'reference'),
    line('  its last layer at the mask alone', 'maskOnly'),
    line('ours, hidden states given', 'cached'),
    `ratio ${found.ratio} (minima ${found.ratioOfMinima}, cpu ${found.ratioOfCpuTime}); `,
    `to the mask-only reference ${found.ratioToMaskOnly}; with hidden states given ${found.timesAsFast} times as fast\n`,
    `peak memory ${peak.ours} MiB against ${peak.reference} MiB; `,
    `${kernels.all} kernel calls a step, ${kernels.cached} with hidden states given\n`,
  ].join('');
}
