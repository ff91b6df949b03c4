// Pure: what a person should know of the data of a plan, a sentence for each.
import { basename } from 'node:path';
import { counted } from './counted.ts';
import type { ShortenedFacts, SweepFacts, TaskFacts } from './facts.ts';

export function dataWarnings({ tasks }: Pick<SweepFacts, 'tasks'>): string[] {
  const all = Object.values(tasks);
  return [...all.flatMap(testedOnDev), ...all.flatMap(leftOut), ...all.flatMap(shortenings)];
}

function testedOnDev({ name, data: { files }, testedOnDev: onDev = false }: TaskFacts): string[] {
  if (!onDev || files.test === undefined || files.dev === undefined) return [];
  return [`Task ${name}: ${basename(files.test)} has no labels: tested on ${basename(files.dev)}.`];
}

function leftOut({ name, unlabelled = 0 }: TaskFacts): string[] {
  return unlabelled === 0 ? [] : [`Task ${name}: ${counted(unlabelled, 'example')} without a label left out.`];
}

/** Template and mask stay whole whatever is cut. */
function shortenings({ name, shortened = [] }: TaskFacts): string[] {
  return shortened.map(
    ({ split, shortened: cut, measured }: ShortenedFacts) =>
      `Task ${name}: the backbone cannot read ${cut} of the first ${measured} ${split} examples whole beside the longest prompt: their longest field is cut.`,
  );
}
