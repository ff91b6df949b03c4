// Pure: the cells of a search space: a method with its training settings, to be run on every task, draw and seed together.
import type { Candidate } from '../candidates.ts';
import { canonicalJson } from '../trial-key.ts';
import type { Trial } from '../trial.ts';
import { shuffled, uniform } from './draws.ts';
import { remember } from './remember.ts';
import type { Search } from './settings.ts';

type Settings = Pick<Trial, 'method' | 'training'>;

/** The same for settings that came back from a database. */
export function cellOf({ method, training }: Settings): string {
  return nameOf(methodText(method), trainingText(training));
}

function nameOf(method: string, training: string): string {
  return `${method} ${training}`;
}

function methodText(method: Trial['method']): string {
  return canonicalJson(method);
}

/** The scoring's batch size decides nothing. */
function trainingText(training: Trial['training']): string {
  return canonicalJson({ ...training, evaluationBatchSize: undefined });
}

/** In the order of the sweep file. */
export function cellsOf(candidates: readonly Candidate[]): Map<string, Candidate[]> {
  // Combinations share their methods and trainings, so that each is spelled out once.
  const [methods, trainings] = [remember(methodText), remember(trainingText)];
  const cells = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const { method, training } = candidate.trial;
    const name = nameOf(methods(method), trainings(training));
    const own = cells.get(name);
    if (own) own.push(candidate);
    else cells.set(name, [candidate]);
  }
  return cells;
}

/** What a sweep begins with: all of the grid, the draws of a random search, or those that a TPE search starts from. */
export function chosenAtFirst(search: Search | undefined, wanted: readonly Candidate[]): readonly Candidate[] {
  if (search === undefined) return wanted;
  const cells = cellsOf(wanted);
  const count = search.kind === 'random' ? search.configurations : Math.min(search.configurations, search.startup);
  const drawn = new Set(shuffled([...cells.keys()], uniform(search.seed), count));
  return [...cells].flatMap(([name, own]) => (drawn.has(name) ? own : []));
}

/** The most trials that a search may come to. */
export function mostTrials(search: Search, wanted: readonly Candidate[]): number {
  const sizes = [...cellsOf(wanted).values()].map((own) => own.length).sort((one, other) => other - one);
  return sizes.slice(0, search.configurations).reduce((sum, size) => sum + size, 0);
}
