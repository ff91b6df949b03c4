// Colours that can be told apart by most people, on white as on black: each is in contrast 3:1 or more to both.
import type { AttemptState } from '../../sweep/states.ts';

/** As many as there are methods; the last three are darker, so that whoever does not see hues tells them from the others. */
const SERIES = [
  ...['#2f7fc1', '#c8641a', '#1f9270', '#a55bc8', '#c2456f', '#7d851d', '#7a7f87', '#0f8fa3'],
  ...['#8a5f33', '#55629c', '#566b5f'],
];

/** The same name has the same colour as long as the list of names is the same. */
export function seriesColours(names: readonly string[]): { domain: string[]; range: string[] } {
  const domain = [...new Set(names)];
  return { domain, range: domain.map((_, index) => SERIES[index % SERIES.length] ?? '#7a7f87') };
}

const OF_STATES: Partial<Record<string, string>> = {
  complete: '#1f9270',
  running: '#2f7fc1',
  failed: '#c2456f',
  cancelled: '#c8641a',
  paused: '#a55bc8',
  'stopped-early': '#0f8fa3',
} satisfies Record<Exclude<AttemptState, 'superseded'>, string>;

/** A state has one colour wherever it is drawn. */
export function stateColours(states: readonly string[]): { domain: string[]; range: string[] } {
  const domain = [...new Set(states)].sort();
  return { domain, range: domain.map((state) => OF_STATES[state] ?? '#7a7f87') };
}

/** From low to high: legible in grey as well. */
export const HEAT = ['#fff4d6', '#fdd49e', '#fc9a5c', '#d9533b', '#8c1d40', '#3d0c3a'];
