// Pure: the cells of a search space: a method with its training settings, to be run on every task, draw and seed together.
import type { Candidate } from '../candidates.ts';
import { canonicalJson } from '../trial-key.ts';
import type { Trial } from '../trial.ts';
import { shuffled, uniform } from './draws.ts';
import type { Search } from './settings.ts';

type Settings = Pick<Trial, 'method' | 'training'>;

/** The same for settings that came back from a database. The scoring's batch size decides nothing. */
export function cellOf({ method, training }: Settings): string {
  return canonicalJson({ method, training: { ...training, evaluationBatchSize: undefined } });
}

/** In the order of the sweep file. */
export function cellsOf(candidates: readonly Candidate[]): Map<string, Candidate[]> {
  // A combination is one object in all its candidates, so that each is spelled out once.
  const names = new Map<Trial['training'], Map<Trial['method'], string>>();
  const cells = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const { method, training } = candidate.trial;
    const ofTraining = names.get(training) ?? new Map<Trial['method'], string>();
    names.set(training, ofTraining);
    const name = ofTraining.get(method) ?? cellOf(candidate.trial);
    ofTraining.set(method, name);
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
  const drawn = new Set(shuffled([...cells.keys()], uniform(search.seed)).slice(0, count));
  return [...cells].flatMap(([name, own]) => (drawn.has(name) ? own : []));
}

/** The most trials that a search may come to. */
export function mostTrials(search: Search, wanted: readonly Candidate[]): number {
  const sizes = [...cellsOf(wanted).values()].map((own) => own.length).sort((one, other) => other - one);
  return sizes.slice(0, search.configurations).reduce((sum, size) => sum + size, 0);
}
