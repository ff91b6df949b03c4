// Time of one training step against PyTorch, the same work on the same threads: all layers forward, backward through
// those above the prompt, AdamW on the prompt generator. Rounds of the two take turns, so that a busy machine slows both.
import { z } from 'zod';
import { readEnvironment } from '../runtime/environment.mjs';
import { checkSameLoss } from './measuring/same-loss.ts';
import type { Side } from './measuring/side.ts';
import { readStepOptions, type StepOptions } from './step/options.ts';
import { stepReport, summaryOf, type MeasuredStep, type Rounds, type StepFound } from './step/report.ts';
import { roundSchema, withStepSides } from './step/sides.ts';
import { drawCaseTexts } from './step/texts.ts';

const kernelsSchema = z.object({ kernels: z.object({ all: z.number(), cached: z.number() }) });

const environment = readEnvironment();
const options = readStepOptions(process.argv.slice(2), environment);
if (options !== null) {
  const { cacheFolder } = environment;
  const texts = await drawCaseTexts({ ...options, cacheFolder, batches: options.steps });
  const found = await compare({ ...options, texts });
  process.stdout.write(options.json ? `${JSON.stringify(found)}\n` : stepReport(found));
}

function compare(measured: MeasuredStep): Promise<StepFound> {
  return withStepSides(environment, measured, async ({ ours, reference, versions }) => {
    const rounds = await takeTurns(ours, reference, measured);
    const { kernels } = await ours.ask('kernels', kernelsSchema);
    return { ...summaryOf(rounds, measured), kernelCallsPerStep: kernels, ...versions };
  });
}

async function takeTurns(ours: Side, reference: Side, { rounds: count, steps }: StepOptions): Promise<Rounds> {
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
