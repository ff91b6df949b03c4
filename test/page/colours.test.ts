import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { seriesColours, stateColours } from '../../page/charts/colours.ts';
import { METHODS } from '../../sweep/methods/index.ts';
import { TRIAL_STATES } from '../../sweep/states.ts';

test('every method has a colour of its own in a chart that has all of them', () => {
  const { domain, range } = seriesColours([...METHODS, ...METHODS]);
  expect(domain).toEqual(METHODS);
  expect(new Set(range).size).toBe(METHODS.length);
});

test('every colour is in contrast 3:1 to white, and to the ground of the dark page', async () => {
  const style = await readFile(new URL('../../page/style.css', import.meta.url), 'utf8');
  const grounds = [...style.matchAll(/--ground: (#[0-9a-f]{6});/g)].map(([, colour]) => colour!);
  expect(grounds).toHaveLength(2);
  const colours = [...seriesColours(METHODS).range, ...stateColours(TRIAL_STATES).range];
  for (const ground of ['#ffffff', ...grounds])
    for (const colour of colours) expect([colour, contrast(colour, ground) >= 3]).toEqual([colour, true]);
});

/** WCAG 2: (lighter + 0.05) / (darker + 0.05). */
function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((first, second) => first - second);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
