// Quality against PyTorch on real data: late prompt tuning by our program and by a plain PyTorch script, trained on the very
// same examples; and prompt tuning by our program. Every finished training is written down at once.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../runtime/environment.mjs';
import type { PlannedTrial } from '../sweep/plan.ts';
import { findPytorch } from './pytorch/find.ts';
import { readQualityOptions, type QualityOptions } from './quality/options.ts';
import { createOurs, type OurResult } from './quality/ours.ts';
import { Reference } from './quality/reference.ts';
import { meanDifference, qualityOf, qualityPage, qualityTable } from './quality/report.ts';
import { Rows, type Row } from './quality/rows.ts';
import { INSERTION_LAYER, planTrials } from './quality/trials.ts';

interface Training {
  planned: PlannedTrial;
  side: Row['side'];
}
type Result = Omit<OurResult, 'type'>;
type Train = (training: Training, onDev: (step: number, score: number) => void) => Promise<Result>;

const environment = readEnvironment();
const options = readQualityOptions(process.argv.slice(2), environment);
if (options !== null) await compare(options);

async function compare(asked: QualityOptions): Promise<void> {
  const trainings = (await planTrials(asked, environment.cacheFolder)).flatMap((planned) => sidesOf(planned, asked));
  const rows = await Rows.in(asked.out);
  const missing = trainings.filter((training) => rows.find(nameOf(training)) === undefined);
  say(`${trainings.length} trainings, ${trainings.length - missing.length} of them finished before (${asked.out})`);
  if (missing.length > 0) await trainAll(missing, { asked, rows });
  const finished = trainings.flatMap((training) => rows.find(nameOf(training)) ?? []);
  const qualities = qualityOf(finished, asked);
  if (asked.write !== null) {
    const versions = [...new Set(finished.map(({ version }) => version))];
    await writeFile(asked.write, qualityPage(qualities, asked, versions));
  }
  const tasks = qualities.map((quality) => ({ ...quality, meanDifference: meanDifference(quality.seeds) }));
  process.stdout.write(asked.json ? `${JSON.stringify({ tasks, rows: finished })}\n` : qualityTable(qualities));
}

/** PyTorch repeats late prompt tuning alone, with one training seed and one learning rate. */
function sidesOf(planned: PlannedTrial, { sides, trainSeeds, learningRates }: QualityOptions): Training[] {
  const { method, trainSeed, training } = planned.trial;
  const isRepeated =
    method.method === 'lpt' && trainSeed === trainSeeds[0] && training.learningRate === learningRates[0];
  return sides.filter((side) => side === 'ours' || isRepeated).map((side) => ({ planned, side }));
}

function nameOf({ planned, side }: Training): Pick<Row, 'trialKey' | 'side'> {
  return { trialKey: planned.trialKey, side };
}

async function trainAll(missing: Training[], { asked, rows }: { asked: QualityOptions; rows: Rows }): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'lpt-sweep-bench-'));
  const ours = createOurs({ threads: asked.threads, layersToKeep: [INSERTION_LAYER] });
  let reference: Reference | null = null;
  const train: Train = async ({ planned, side }, onDev) => {
    if (side === 'ours') return ours.train(planned, onDev);
    reference ??= await startReference(planned, { threads: asked.threads, scratch });
    return { ...(await reference.train(planned.trial, onDev)), version: reference.version };
  };
  try {
    for (const [index, training] of missing.entries()) {
      await rows.add(await rowOf(training, { train, place: `${index + 1}/${missing.length}` }));
    }
  } finally {
    await Promise.all([ours.close(), (reference as Reference | null)?.close()]);
    await rm(scratch, { recursive: true, force: true });
  }
}

async function startReference(
  { trial }: PlannedTrial,
  settings: { threads: number; scratch: string },
): Promise<Reference> {
  const pytorch = await findPytorch(environment);
  return Reference.start({ pytorch, backboneFolder: trial.backbone.folder, computesOnce: true, ...settings });
}

async function rowOf(training: Training, { train, place }: { train: Train; place: string }): Promise<Row> {
  const { trial } = training.planned;
  const { task, method, dataSeed, trainSeed, training: settings } = trial;
  const by = `${method.method} at ${settings.learningRate}, ${training.side}`;
  const what = `${place} ${task.name}, seeds ${dataSeed} and ${trainSeed}, ${by}`;
  say(what);
  const started = performance.now();
  const { devScore, testScore, selectedStep, testExamples, version } = await train(training, (step, score) =>
    say(`${what}: step ${step} of ${settings.steps}, dev ${(100 * score).toFixed(1)}`),
  );
  const seconds = Math.round((performance.now() - started) / 1000);
  say(`${what}: test ${(100 * testScore).toFixed(1)} (step ${selectedStep}), ${seconds} s`);
  const k = trial.regime.kind === 'few-shot' ? trial.regime.k : 0;
  const drawn = { task: task.name, metric: task.metric, dataSeed, k };
  const tried = { method: method.method, trainSeed, learningRate: settings.learningRate };
  const scores = { devScore, testScore, testExamples, selectedStep };
  return { ...nameOf(training), ...drawn, ...tried, ...scores, seconds, version };
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
