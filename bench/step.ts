// Time of one training step against PyTorch, the same work on the same threads: all layers forward, backward through
// those above the prompt, AdamW on the prompt generator. Rounds of the two take turns, so that a busy machine slows both.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { childEnvironment, readEnvironment } from '../runtime/environment.mjs';
import { cacheLayout } from '../runtime/folders.mjs';
import { findPytorch } from './pytorch.ts';
import { Side } from './side.ts';
import { stepCase } from './step-case.ts';
import { rounded, summarise } from './summary.ts';

const HELP = `npm run bench:step -- [--json] [--layer 6] [--rounds 5] [--steps 4] [--threads 2] [--model FOLDER]`;

const readySchema = z.object({ version: z.string(), threads: z.number(), loadMs: z.number().optional() });
const numbers = z.array(z.number());
const roundSchema = z.object({ ms: numbers, cpuMs: numbers, losses: numbers, peakMemoryMiB: z.number() });
const kernelsSchema = z.object({ kernels: z.object({ all: z.number(), cached: z.number() }) });
type Round = z.infer<typeof roundSchema>;

interface Options {
  json: boolean;
  /** Of the prompt. */
  layer: number;
  rounds: number;
  steps: number;
  threads: number;
  model: string;
}

const environment = readEnvironment();
const options = readOptions();
const result = await compare();
process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : report(result));

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      layer: { type: 'string', default: '6' },
      rounds: { type: 'string', default: '5' },
      steps: { type: 'string', default: '4' },
      threads: { type: 'string', default: '2' },
      model: { type: 'string', default: cacheLayout(environment.cacheFolder).bertBaseUncased },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${HELP}\n`);
    process.exit(0);
  }
  const { json, model } = values;
  return {
    ...{ json, model, layer: Number(values.layer) },
    ...{ rounds: Number(values.rounds), steps: Number(values.steps), threads: Number(values.threads) },
  };
}

async function compare() {
  const pytorch = await findPytorch(environment);
  const scratch = await mkdtemp(join(tmpdir(), 'lpt-sweep-bench-'));
  const args = [options.model, join(scratch, 'inputs.safetensors'), String(options.threads), String(options.layer)];
  const ours = new Side({
    program: process.execPath,
    args: [...tsx(), here('step-ours.ts'), ...args],
    env: childEnvironment(),
  });
  const sides = [ours];
  try {
    const ourReady = await ours.next(readySchema);
    const reference = new Side({
      program: pytorch.program,
      args: [here('step_reference.py'), ...args],
      // Its threads must sleep, not spin, while the other side is measured.
      env: childEnvironment({ ...pytorch.env, OMP_WAIT_POLICY: 'PASSIVE' }),
    });
    sides.push(reference);
    const referenceReady = await reference.next(readySchema);
    const rounds = await takeTurns(ours, reference);
    const { kernels } = await ours.ask('kernels', kernelsSchema);
    return { ...summary(rounds), kernelCallsPerStep: kernels, ours: ourReady, reference: referenceReady };
  } finally {
    await Promise.all(sides.map((side) => side.close()));
    await rm(scratch, { recursive: true, force: true });
  }
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

function checkSameLoss(ours: number[], reference: number[]): void {
  const differing = ours.findIndex((loss, index) => Math.abs(loss / (reference[index] ?? Number.NaN) - 1) > 1e-3);
  if (differing === -1) return;
  throw new Error(
    `Expected both sides to compute the same, found losses ${ours.join(', ')} and ${reference.join(', ')}: the comparison means nothing.`,
  );
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
    ratioCached: rounded(cached.median / reference.median),
    runs: options.rounds * options.steps,
    threads: options.threads,
    milliseconds: wall,
    cpuMilliseconds: cpu,
    peakMemoryMiB: { ours: peak([...rounds.ours, ...rounds.cached]), reference: peak(rounds.reference) },
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
    `${`ms a step (${found.runs} runs, ${found.threads} threads)`.padEnd(42)}     min  median     max     cpu\n`,
    line(`ours, ${found.ours.version}`, 'ours'),
    line(found.reference.version, 'reference'),
    line('  its last layer at the mask alone', 'maskOnly'),
    line('ours, hidden states given', 'cached'),
    `ratio ${found.ratio} (minima ${found.ratioOfMinima}, cpu ${found.ratioOfCpuTime}); `,
    `to the mask-only reference ${found.ratioToMaskOnly}; with hidden states given ${found.ratioCached}\n`,
    `peak memory ${peak.ours} MiB against ${peak.reference} MiB; `,
    `${kernels.all} kernel calls a step, ${kernels.cached} with hidden states given\n`,
  ].join('');
}

function tsx(): string[] {
  return ['--import', import.meta.resolve('tsx')];
}

function here(file: string): string {
  return join(import.meta.dirname, file);
}
