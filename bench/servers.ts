// A real Postgres and a real Temporal server in a temporary folder, gone with the measurement.
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import { openControl, type Control } from '../control/control.ts';
import { readEnvironment } from '../runtime/environment.mjs';
import { findTemporalCli } from '../runtime/install/temporal.mjs';
import { startPostgres } from '../runtime/postgres.ts';
import { startTemporal } from '../runtime/temporal.ts';

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
  const folder = await mkdtemp(join(tmpdir(), 'lpt-sweep-bench-'));
  // Under root Postgres runs as another user, who must be able to reach its data.
  await chmod(folder, 0o755);
  const close: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    await mkdir(join(folder, 'postgres'), { mode: 0o755 });
    const postgres = await startPostgres({ folder: join(folder, 'postgres') });
    close.push(() => postgres.stop());
    const temporal = await startTemporal({ executable: cli.path, folder: join(folder, 'temporal'), uiPort: null });
    close.push(() => temporal.stop());
    const connection = await NativeConnection.connect({ address: temporal.address });
    close.push(() => connection.close());
    const target = { connectionOptions: { address: temporal.address }, namespace: 'default' };
    const control = await openControl({ databaseUrl: postgres.url, temporal: target, searchAttributes: true });
    close.push(() => control.close());
    return await work({ folder, control, connection });
  } finally {
    for (const end of close.reverse()) await end();
  }
}
