// What a reader has to know of a comparison of methods before believing a number, in plain sentences.
import { columnKey, groundKey, type ComparedTrial, type MethodScore } from '../sweep/statistics/entrant.ts';
import { grouped } from '../sweep/statistics/grouped.ts';
import type { MethodPair } from '../sweep/statistics/pairs.ts';
import { columnTitle } from '../sweep/statistics/words.ts';

interface Compared {
  trials: readonly ComparedTrial[];
  scores: readonly MethodScore[];
  pairs: readonly MethodPair[];
}

export function notesOn({ trials, scores, pairs }: Compared): string[] {
  return [
    ...unequalSeeds(scores),
    ...otherBackbones(scores),
    ...otherExamples(trials),
    ...singleSeeds(scores),
    ...missingPredictions(pairs),
  ];
}

function unequalSeeds(scores: readonly MethodScore[]): string[] {
  const unequal = grouped(scores, columnKey).filter((column) => new Set(column.map(({ n }) => n)).size > 1);
  return unequal.map(
    ([first]) =>
      `On ${columnTitle(first, scores)} the methods have unequal numbers of seeds; differences are over the seeds that both have.`,
  );
}

function otherBackbones(scores: readonly MethodScore[]): string[] {
  const backbones = new Set(scores.map(({ backbone }) => backbone));
  if (backbones.size < 2) return [];
  return [
    `The sweeps have different backbones (${[...backbones].join(', ')}): ranks go across them, and no pair is made between them.`,
  ];
}

/** Sweeps under one heading that were not tested on the same examples. */
function otherExamples(trials: readonly ComparedTrial[]): string[] {
  return grouped(trials, columnKey).flatMap((column) => {
    // Another backbone has a note of its own.
    const grounds = grouped(column, (trial) => groundKey({ ...trial, backbone: '' })).map(([first]) => first);
    if (grounds.length === 1) return [];
    const sizes = new Set(grounds.map(({ testSize }) => testSize)).size;
    const what = [
      ...(new Set(grounds.map(({ data }) => data)).size === 1 ? [] : ['other data']),
      ...(sizes === 1 ? [] : [`other test examples (${grounds.map(sizeWords).join(', ')})`]),
    ];
    return [
      `On ${columnTitle(column[0], trials)} the sweeps have ${what.join(' and ')}: ranks go across them, and no pair is made between them.`,
    ];
  });
}

function sizeWords({ sweep, testSize }: ComparedTrial): string {
  return `${testSize === null ? 'all' : `testSize ${testSize}`} in ${sweep}`;
}

function singleSeeds(scores: readonly MethodScore[]): string[] {
  const found = scores.filter(({ n }) => n === 1).length;
  if (found === 0) return [];
  const [is, it] = found === 1 ? ['is', 'it is'] : ['are', 'they are'];
  return [
    `${found} of ${scores.length} scores ${is} of one seed: no standard deviation, and nothing is known of how steady ${it}.`,
  ];
}

function missingPredictions(pairs: readonly MethodPair[]): string[] {
  const isMissing = pairs.some(({ tasks }) => tasks.some(({ mcnemar, n }) => n > 0 && mcnemar.length === 0));
  return isMissing ? ['Some trials have no stored test predictions with their labels: no McNemar test there.'] : [];
}

/** One sweep that has nothing to show needs no note: no table is left. */
export function emptyNotes(sides: readonly { sweep: string; trials: readonly ComparedTrial[] }[]): string[] {
  const empty = sides.length === 1 ? [] : sides.filter(({ trials }) => trials.length === 0);
  return empty.map(({ sweep }) => `Sweep ${sweep} has no complete trial yet: nothing of it is compared.`);
}

export function nothingPublished(tasks: ReadonlySet<string>): string {
  return `There is no published figure on ${[...tasks].join(', ')}: \`lpt-sweep baselines\` lists those that there are.`;
}
