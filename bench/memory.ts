// Memory of a training trial above the loaded backbone, against PyTorch's: late prompt tuning as bench/step.ts measures it, ours
// with its hidden states given, as a sweep runs it.
import { z } from 'zod';
import { readEnvironment } from '../runtime/environment.mjs';
import type { Side } from './measuring/side.ts';
import { toThousandths, summarise } from './measuring/summary.ts';
import { stepCase } from './step/case.ts';
import { readMemoryOptions, type StepOptions } from './step/options.ts';
import { roundSchema, withStepSides } from './step/sides.ts';
import { drawCaseTexts, tokensOf } from './step/texts.ts';

const markSchema = z.object({ loadedMiB: z.number() });

const environment = readEnvironment();
const options = readMemoryOptions(process.argv.slice(2), environment);
if (options !== null) await compare(options);

/** Each round is two new processes. */
async function compare({ json, task, data, steps, rounds, ...measured }: StepOptions): Promise<void> {
  const { cacheFolder } = environment;
  const texts = await drawCaseTexts({ cacheFolder, model: measured.model, task, data, batches: steps });
  const above: Record<'ours' | 'reference', number[]> = { ours: [], reference: [] };
  let versions = {};
  for (let round = 0; round < rounds; round += 1) {
    await withStepSides(environment, { ...measured, texts }, async (sides) => {
      ({ versions } = sides);
      above.ours.push(await aboveBackbone(sides.ours, `cached ${steps}`));
      above.reference.push(await aboveBackbone(sides.reference, `all ${steps}`));
    });
  }
  const [ours, reference] = [summarise(above.ours), summarise(above.reference)];
  const ratio = toThousandths(ours.median / reference.median);
  const found = {
    ratio,
    aboveBackboneMiB: { ours, reference },
    case: stepCase(measured.layer),
    ...measured,
    ...{ task, tokens: tokensOf(texts), versions },
  };
  const line = `${ours.median.toFixed(0)} MiB above the backbone, PyTorch ${reference.median.toFixed(0)} MiB: ratio ${ratio}\n`;
  process.stdout.write(json ? `${JSON.stringify(found)}\n` : line);
}

async function aboveBackbone(side: Side, work: string): Promise<number> {
  const { loadedMiB } = await side.ask('mark', markSchema);
  const { peakMemoryMiB } = await side.ask(work, roundSchema);
  return peakMemoryMiB - loadedMiB;
}
