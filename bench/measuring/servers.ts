// A real Postgres, and a real Temporal server with it, in a temporary folder: gone with the measurement.
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import { openControl, type Control } from '../../control/control.ts';
import { createDatabase, type Database } from '../../db/client.ts';
import { migrate } from '../../db/migrate.ts';
import { readEnvironment } from '../../runtime/environment.mjs';
import { findTemporalCli } from '../../runtime/install/temporal.mjs';
import { startPostgres } from '../../runtime/postgres.ts';
import { startTemporal } from '../../runtime/temporal.ts';

interface PostgresFolder {
  /** For whatever else is written: goes with the server. */
  folder: string;
  url: string;
}

export async function withPostgres<T>(work: (postgres: PostgresFolder) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'lpt-sweep-bench-'));
  try {
    // Under root Postgres runs as another user, who must be able to reach its data.
    await chmod(folder, 0o755);
    await mkdir(join(folder, 'postgres'), { mode: 0o755 });
    const postgres = await startPostgres({ folder: join(folder, 'postgres') });
    try {
      return await work({ folder, url: postgres.url });
    } finally {
      await postgres.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface DatabaseFolder extends Omit<PostgresFolder, 'url'> {
  database: Database;
}

/** With the program's tables, empty. */
export function withDatabase<T>(work: (own: DatabaseFolder) => Promise<T>): Promise<T> {
  return withPostgres(async ({ folder, url }) => {
    const database = createDatabase(url);
    try {
      await migrate(database);
      return await work({ folder, database });
    } finally {
      await database.close();
    }
  });
}

export interface Servers {
  /** For whatever else is written: goes with the servers. */
  folder: string;
  control: Control;
  /** For workers. */
  connection: NativeConnection;
}

export async function withServers<T>(work: (servers: Servers) => Promise<T>): Promise<T> {
  const cli = findTemporalCli(readEnvironment());
  if (cli === null) throw new Error('Expected Temporal to be installed, found none: `node scripts/setup.mjs`.');
  return withPostgres(async ({ folder, url }) => {
    const close: (() => Promise<void>)[] = [];
    try {
      const temporal = await startTemporal({ executable: cli.path, folder: join(folder, 'temporal'), uiPort: null });
      close.push(() => temporal.stop());
      const connection = await NativeConnection.connect({ address: temporal.address });
      close.push(() => connection.close());
      const target = { connectionOptions: { address: temporal.address }, namespace: 'default' };
      const control = await openControl({ databaseUrl: url, temporal: target, searchAttributes: true });
      close.push(() => control.close());
      return await work({ folder, control, connection });
    } finally {
      for (const end of close.reverse()) await end();
    }
  });
}
