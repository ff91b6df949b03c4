import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { PROJECT } from '../../../runtime/project.ts';
import { recipeFiles, recipeOf } from '../../../training/disk/recipe.ts';
import { TRAINER } from '../../support/provenance.ts';

/** Imported, but no hidden state comes out otherwise for it. */
const WITHOUT_NUMBERS = [
  'data/error.ts',
  'data/random.ts',
  'sweep/statistics.ts',
  'training/garbage.ts',
  'training/kept-within.ts',
];

test('the recipe holds all code that reads weights or computes hidden states', () => {
  const reached = reachedFrom(['training/backbone.ts', 'training/hidden-states.ts']);
  expect(reached).toEqual(expect.arrayContaining(['training/half-floats.ts', 'data/architectures/bert.ts']));
  const held = new Set([...recipeFiles(), ...WITHOUT_NUMBERS]);
  expect(reached.filter((file) => !held.has(file))).toEqual([]);
});

test('hidden states of products that round to TF32 are others', () => {
  expect(recipeOf({ ...TRAINER, precision: 'tf32' })).not.toBe(recipeOf(TRAINER));
});

/** With all that they import of ours; types take no part. */
function reachedFrom(files: string[]): string[] {
  const reached = new Set(files);
  // A set hands on what is added while it is walked.
  for (const file of reached) {
    const text = readFileSync(join(PROJECT, file), 'utf8');
    for (const [, path = ''] of text.matchAll(/^(?:import|export) (?!type )[^;]*? from '(\.[^']+)';/gm))
      reached.add(normalize(join(dirname(file), path)));
  }
  return [...reached];
}
