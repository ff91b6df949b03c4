import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isInstalled } from '../../../runtime/install/npm-packages.mjs';
import { temporaryFolder } from '../temporary.ts';

const LOCKED = {
  '': {},
  'node_modules/a': { version: '1.0.0', integrity: 'x' },
  'node_modules/for-another-system': { version: '1.0.0', integrity: 'y', optional: true },
};

describe('npm packages', () => {
  test('are in order when npm laid down what the lock file says, whoever ran npm', () => {
    expect(isInstalled(project(LOCKED, { 'node_modules/a': LOCKED['node_modules/a'] }))).toBe(true);
  });

  test('are not in order when one is missing or of another version', () => {
    expect(isInstalled(project(LOCKED, {}))).toBe(false);
    expect(isInstalled(project(LOCKED, { 'node_modules/a': { version: '0.9.0', integrity: 'x' } }))).toBe(false);
    expect(isInstalled(temporaryFolder())).toBe(false);
  });
});

function project(locked: object, present: object): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: locked }));
  writeFileSync(join(folder, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: present }));
  return folder;
}
