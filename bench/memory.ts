// Memory of a training trial above the loaded backbone, against PyTorch's: late prompt tuning as bench/step.ts measures it, ours
// with its hidden states given, as a sweep runs it.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { readEnvironment } from '../runtime/environment.mjs';
import { cacheLayout } from '../runtime/folders.mjs';
import type { Side } from './side.ts';
import { stepCase } from './step-case.ts';
import { roundSchema, withStepSides } from './step-sides.ts';
import { drawStepTexts, tokensOf } from './step-texts.ts';
import { rounded, summarise } from './summary.ts';

const HELP = `npm run bench:memory -- [--json] [--task sst2] [--layer 6] [--rounds 3] [--steps 4] [--threads 2]
  [--data ../shared/data] [--model FOLDER]
Linux only: the kernel counts the peak.
`;
const markSchema = z.object({ loadedMiB: z.number() });

const environment = readEnvironment();
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    layer: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '4' },
    threads: { type: 'string', default: '2' },
    task: { type: 'string', default: 'sst2' },
    data: { type: 'string', default: join('..', 'shared', 'data') },
    model: { type: 'string', default: cacheLayout(environment.cacheFolder).bertBaseUncased },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else await compare();

/** Each round is two new processes. */
async function compare(): Promise<void> {
  const { model, task, data } = values;
  const measured = { layer: Number(values.layer), threads: Number(values.threads), model };
  const drawn = { cacheFolder: environment.cacheFolder, model, task, data, batches: Number(values.steps) };
  const texts = await drawStepTexts(drawn);
  const settings = { ...measured, texts };
  const above: Record<'ours' | 'reference', number[]> = { ours: [], reference: [] };
  let versions = {};
  for (let round = 0; round < Number(values.rounds); round += 1) {
    await withStepSides(environment, settings, async (sides) => {
      ({ versions } = sides);
      above.ours.push(await aboveBackbone(sides.ours, 'cached'));
      above.reference.push(await aboveBackbone(sides.reference, 'all'));
    });
  }
  const [ours, reference] = [summarise(above.ours), summarise(above.reference)];
  const ratio = rounded(ours.median / reference.median);
  const found = {
    ratio,
    aboveBackboneMiB: { ours, reference },
    case: stepCase(measured.layer),
    ...measured,
    ...{ task, tokens: tokensOf(texts), versions },
  };
  const line = `${ours.median.toFixed(0)} MiB above the backbone, PyTorch ${reference.median.toFixed(0)} MiB: ratio ${ratio}\n`;
  process.stdout.write(values.json ? `${JSON.stringify(found)}\n` : line);
}

async function aboveBackbone(side: Side, kind: 'all' | 'cached'): Promise<number> {
  const { loadedMiB } = await side.ask('mark', markSchema);
  const { peakMemoryMiB } = await side.ask(`${kind} ${values.steps}`, roundSchema);
  return peakMemoryMiB - loadedMiB;
}
