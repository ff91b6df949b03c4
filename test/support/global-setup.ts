// One real Postgres for the whole run, in a folder of its own.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../../runtime/postgres.ts';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'lpt-sweep-postgres-'));
  // Under root the server runs as another user, who must be able to reach its data.
  await chmod(folder, 0o755);
  const postgres = await startPostgres({ folder, database: 'lpt_sweep_tests' });
  project.provide('postgresUrl', postgres.url);
  // Unpacked here, for two files that open a browser at one time would unpack it onto one another.
  await chromium.executablePath();
  return async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
