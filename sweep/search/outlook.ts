// Pure: what a search makes of the combinations of its file, for people and for estimates.
import type { Candidate } from '../candidates.ts';
import { counted } from '../counted.ts';
import { cellsOf, mostTrials } from './cells.ts';
import type { Search } from './settings.ts';

export interface Outlook {
  /** In a sentence; absent where all combinations are run. */
  searched?: string;
  /** Of a search that proposes further trials: what it comes to, at most so many times the trials that it begins with. */
  goesOn?: { configurations: number; times: number };
}

/** @param chosen of those wanted, the ones that it begins with */
export function outlookOf(
  search: Search | undefined,
  wanted: readonly Candidate[],
  chosen: readonly Candidate[],
): Outlook {
  if (search === undefined) return {};
  const cells = cellsOf(wanted).size;
  const configurations = Math.min(search.configurations, cells);
  const searched = sentenceOf(search, cells);
  if (search.kind === 'random' || search.startup >= configurations) return { searched };
  return { searched, goesOn: { configurations, times: mostTrials(search, wanted) / chosen.length } };
}

function sentenceOf(search: Search, cells: number): string {
  const { configurations } = search;
  if (configurations >= cells) return `The search has only ${counted(cells, 'configuration')}: all are run.`;
  if (search.kind === 'random') return `The search draws ${configurations} of ${cells} configurations.`;
  const begun = Math.min(configurations, search.startup);
  return `The search begins with ${begun} of ${cells} configurations, and proposes ${configurations - begun} more from dev scores, ${search.round} at a time.`;
}
