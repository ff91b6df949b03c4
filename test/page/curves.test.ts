import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { curve } from '../../page/charts/curve.ts';
import { learningCurves } from '../../page/charts/learning-curves.ts';
import { domainOf } from '../../page/charts/scores.ts';

const WORDS = { title: 'A chart', description: 'Of scores.' };

test('an axis spans any number of scores', () => {
  const scores = Array.from({ length: 150_000 }, (_, index) => (index % 1000) / 1000);
  const [low, high] = domainOf(scores);
  // From 0 to 0.999, with 6 % of that on each side, and no score above 1.
  expect(low).toBeCloseTo(-5.994);
  expect(high).toBe(100);
});

test('a curve has no more points than can be seen, its last one among them', () => {
  const steps = Array.from({ length: 2_500 }, (_, index) => ({ step: index + 1, score: index / 2_500 }));
  const curves = steps.map((point) => ({ ...point, position: 0, method: 'lpt' }));
  const svg = learningCurves({ curves, bands: [] }, WORDS);
  const [line = ''] = [...parseHTML(svg).document.querySelectorAll('path')]
    .map((path) => path.getAttribute('d') ?? '')
    .filter((path) => path.split('L').length > 100);
  expect(line.split('L').length).toBeLessThanOrEqual(200);
  // 640 wide, less Plot's margin of 20 at the right.
  expect(line).toMatch(/L620,[\d.]+$/);
});

test('a small learning rate has an axis that can be read', () => {
  const values = [1, 2, 3].map((step) => ({ step, value: 1e-5 * (3 - step) }));
  const svg = curve({ label: 'learning rate', values, selectedStep: null, isSmall: true }, WORDS);
  const letters = [...parseHTML(svg).document.querySelectorAll('text')].map(({ textContent }) => textContent);
  expect(letters).toEqual(expect.arrayContaining(['0', '5e-6', '1e-5', '1.5e-5', '2e-5']));
});
