// Colours that can be told apart by most people, on white as on black: each is in contrast 3:1 or more to both.

const SERIES = ['#2f7fc1', '#c8641a', '#1f9270', '#a55bc8', '#c2456f', '#7d851d', '#7a7f87', '#0f8fa3'];

/** The same name has the same colour as long as the list of names is the same. */
export function seriesColours(names: readonly string[]): { domain: string[]; range: string[] } {
  const domain = [...new Set(names)];
  return { domain, range: domain.map((_, index) => SERIES[index % SERIES.length] ?? '#7a7f87') };
}

/** From low to high: legible in grey as well. */
export const HEAT = ['#fff4d6', '#fdd49e', '#fc9a5c', '#d9533b', '#8c1d40', '#3d0c3a'];
