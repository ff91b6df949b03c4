import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { examine } from '../../runtime/doctor.ts';
import { cacheAdvice } from '../../runtime/downloads.ts';
import { libraryFolder } from '../../runtime/install/tensorflow-library.mjs';
import { temporaryFolder, testEnvironment } from './temporary.ts';

test("a machine without the demo's backbone and data lacks nothing that other sweeps need", async () => {
  const examined = await examine({ environment: testEnvironment({ cacheFolder: temporaryFolder() }) });
  const ofTheDemo = examined.filter(({ part }) => /bert-base-uncased|movie-reviews/.test(part));
  expect(ofTheDemo).toHaveLength(2);
  for (const one of ofTheDemo) {
    expect(one).toMatchObject({ state: 'optional', found: 'not installed' });
    expect(one.advice).toBe('The demo needs it: run `node scripts/setup.mjs`.');
  }
});

test('what is wanted on the disk counts the libraries for a graphics card that are still to come, and names hidden states', () => {
  const cacheFolder = temporaryFolder();
  const environment = testEnvironment({ cacheFolder, device: 'cpu', hiddenStatesDiskMiB: 0 });
  expect(cacheAdvice(environment)).toBe('Set-up and sweeps want about 4 GB.');
  const withCard = { ...environment, device: 'gpu' as const, hiddenStatesDiskMiB: 8192 };
  const kept = '; kept hidden states up to 8192 MiB more (LPT_SWEEP_HIDDEN_STATES).';
  expect(cacheAdvice(withCard)).toBe(`Set-up and sweeps want about 9 GB${kept}`);
  mkdirSync(libraryFolder(cacheFolder, 'gpu'), { recursive: true });
  expect(cacheAdvice(withCard)).toBe(`Set-up and sweeps want about 4 GB${kept}`);
});
