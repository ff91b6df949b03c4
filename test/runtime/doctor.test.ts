import { expect, test } from 'vitest';
import { examine } from '../../runtime/doctor.ts';
import { temporaryFolder, testEnvironment } from './temporary.ts';

test("a machine without the demo's backbone and data lacks nothing that other sweeps need", async () => {
  const findings = await examine({ environment: testEnvironment({ cacheFolder: temporaryFolder() }) });
  const ofTheDemo = findings.filter(({ part }) => /bert-base-uncased|movie-reviews/.test(part));
  expect(ofTheDemo).toHaveLength(2);
  for (const finding of ofTheDemo) {
    expect(finding).toMatchObject({ state: 'optional', found: 'not installed' });
    expect(finding.advice).toBe('The demo needs it: run `node scripts/setup.mjs`.');
  }
});
