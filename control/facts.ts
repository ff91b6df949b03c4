// What has to be looked up before a sweep file can be expanded: the backbone's sizes, the tasks' data.
import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { fingerprintBackbone, readBackboneConfig } from '../data/backbone-files.ts';
import { fingerprintSetup } from '../data/backbone-setup.ts';
import { checkTask } from '../data/check.ts';
import { fingerprintData } from '../data/dataset.ts';
import { findTask } from '../data/tasks/index.ts';
import { loadTokenizer, type Tokenizer } from '../data/tokenizer.ts';
import { BUILT_IN_DATASET } from '../runtime/datasets.ts';
import type { BackboneFacts, SweepFacts, TaskFacts } from '../sweep/facts.ts';
import { SpecError, type Spec, type TaskSpec } from '../sweep/spec.ts';
import type { TaskSettings } from '../sweep/task.ts';
import { placesIn, within, type Place } from './places.ts';
import { longestPrompt, refuseLongPrompts } from './prompt-room.ts';
import { describeTask } from './task-settings.ts';

/** Finds what a sweep file names; both may download. */
export interface Sources {
  resolveBackbone: (name: string) => Promise<{ folder: string }>;
  resolveDataset: (reference: string) => Promise<TaskSettings['data']['files']>;
}

/**
 * @param source the sweep file's text: issues then carry its line numbers
 * @throws SpecError, ConfigurationError or DataError: what would make the sweep's trials fail later; whether its draws are possible is the plan's to say
 */
export async function gatherFacts(spec: Spec, sources: Sources, source: string): Promise<SweepFacts> {
  const { folder } = await sources.resolveBackbone(spec.backbone);
  const config = await readBackboneConfig(folder);
  const prints = { fingerprint: await fingerprintBackbone(folder), setup: await fingerprintSetup(folder) };
  const backbone = { name: spec.backbone, folder, ...prints, ...config };
  const tokenizer = await loadTokenizer(folder, config);
  const place = placesIn(source);
  refuseLongPrompts(spec, { backbone, place });
  const tasks: Record<string, TaskFacts> = {};
  for (const [index, task] of spec.tasks.entries())
    tasks[task.task] = await gatherTask(task, {
      spec,
      sources,
      backbone,
      tokenizer,
      place: within(place, 'tasks', index),
    });
  return { backbone, tasks };
}

/** Local folders and files are named from the sweep file's own folder, or from where the command runs. */
export function locate(reference: string, folder: string): string {
  if (isAbsolute(reference)) return reference;
  const beside = join(folder, reference);
  return existsSync(beside) ? beside : reference;
}

interface Known {
  spec: Spec;
  sources: Sources;
  backbone: BackboneFacts;
  tokenizer: Tokenizer;
  place: Place;
}

async function gatherTask(asked: TaskSpec, known: Known): Promise<TaskFacts> {
  const { spec, sources, backbone, tokenizer, place } = known;
  const described = describeTask({ asked, builtIn: findTask(asked.task), place }, backbone);
  const reference = dataOf(asked, place);
  const files = await sources.resolveDataset(reference);
  const fingerprint = await fingerprintData(files, described.columns);
  const task: TaskSettings = {
    name: asked.task,
    template: described.template,
    labelWords: described.labelWords,
    metric: described.metric,
    positive: described.positive,
    data: { ...(isKnownAnywhere(reference) ? { reference } : {}), files, columns: described.columns, fingerprint },
  };
  const { maxPositions } = backbone;
  const report = await checkTask({ task, tokenizer, maxPositions, promptLength: longestPrompt(spec, backbone) });
  const { classes, meanTokens, unlabelled, testedOnDev, shortened } = report;
  const { test: testExamples, mismatched } = report.examples;
  const facts = { ...task, classes, testExamples, meanTokens, unlabelled, testedOnDev, shortened };
  return mismatched === null ? facts : { ...facts, mismatchedExamples: mismatched };
}

/** @throws SpecError for a task that comes without data */
function dataOf({ task, data }: TaskSpec, place: Place): string {
  if (data !== undefined) return data;
  if (task === BUILT_IN_DATASET) return task;
  const expected = `a folder, a file or hub:<id>, for of all tasks only \`${BUILT_IN_DATASET}\` brings its data`;
  throw new SpecError([{ ...place('data'), expected, found: 'nothing' }]);
}

function isKnownAnywhere(reference: string): boolean {
  return reference === BUILT_IN_DATASET || reference.startsWith('hub:');
}
