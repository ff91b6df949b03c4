// A folder of the test's own, and what else must be undone when a test ends.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { readEnvironment, type Environment } from '../../runtime/environment.mjs';

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lpt-sweep-test-'));
  chmodSync(folder, 0o755); // as root, Postgres runs as another user and must get in
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The machine's environment with a state folder of the test's own and no servers of the user's. */
export function testEnvironment(changes: Partial<Environment> = {}): Environment {
  const environment = readEnvironment();
  delete environment.databaseUrl;
  return { ...environment, temporal: {}, configFolders: {}, ports: {}, stateFolder: temporaryFolder(), ...changes };
}
