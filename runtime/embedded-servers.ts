// The Postgres and the Temporal that the program brings itself: opened, or found running, and stopped.
import type { Environment } from './environment.mjs';
import { stateLayout } from './folders.mjs';
import { findTemporalCli } from './install/temporal.mjs';
import { postgresElsewhere, reachableFolder, readPostgres } from './postgres-folder.ts';
import { startPostgres, stopPostgres, type PostgresServer } from './postgres.ts';
import { isElsewhere } from './process-identity.mjs';
import { readRecord, writeRecord, type ServicesRecord } from './services-record.ts';
import { readTemporal, temporalElsewhere } from './temporal-folder.ts';
import { startTemporal, stopTemporal, type TemporalServer } from './temporal.ts';

export interface ServersOptions {
  environment: Environment;
  say: (text: string) => void;
}

export interface Wanted {
  postgres: boolean;
  temporal: boolean;
  namespace: string;
}

export interface Embedded {
  postgres: PostgresServer | null;
  temporal: TemporalServer | null;
}

/** Both or, where one of them fails, none more than there were. */
export async function openEmbedded(options: ServersOptions, wanted: Wanted): Promise<Embedded> {
  const postgres = wanted.postgres ? await openPostgres(options) : null;
  try {
    return { postgres, temporal: wanted.temporal ? await openTemporal(options, wanted.namespace) : null };
  } catch (error) {
    await stopStarted(postgres ? [postgres] : []);
    throw error;
  }
}

export async function stopStarted(servers: readonly (PostgresServer | TemporalServer)[]): Promise<void> {
  for (const server of servers) if (!server.adopted) await server.stop();
}

/** Their users know them by these. */
export function portsOf({ postgres, temporal }: Embedded): Environment['ports'] {
  return {
    ...(postgres ? { postgres: postgres.port } : {}),
    ...(temporal ? { temporal: Number(temporal.address.split(':')[1]) } : {}),
  };
}

export interface Stopped {
  stopped: string[];
  /** The machine on which a server still runs, or has died: this one cannot tell. */
  elsewhere: string | null;
}

export async function stopEmbedded({ stateFolder }: Environment): Promise<Stopped> {
  const layout = stateLayout(stateFolder);
  // Temporal first: its workers write to Postgres.
  const stopped = [
    ...((await stopTemporal(layout.temporal)) ? ['Temporal'] : []),
    ...((await stopPostgres(layout.postgres)) ? ['Postgres'] : []),
  ];
  const elsewhere = machineElsewhere(layout);
  const { kept, users } = readRecord(stateFolder);
  const theirs = { kept, users: users.filter((user) => isElsewhere(user)) };
  writeRecord(stateFolder, elsewhere === null ? { kept: false, users: [] } : theirs);
  return { stopped, elsewhere };
}

/**
 * The record as it counts before servers are opened. Where none runs, here or on another machine, nobody elsewhere uses any,
 * for they listen on loopback; and those that are started next were not started by `up`.
 */
export function recordBefore({ stateFolder }: Environment): ServicesRecord {
  const layout = stateLayout(stateFolder);
  const record = readRecord(stateFolder);
  const runsHere = readTemporal(layout.temporal) !== null || readPostgres(layout.postgres) !== null;
  if (runsHere || machineElsewhere(layout) !== null) return record;
  const users = record.users.filter((user) => !isElsewhere(user));
  // Users of this machine whose servers have just died bring them back, and they stay kept.
  return { kept: record.kept && users.length > 0, users };
}

function machineElsewhere({ temporal, postgres }: ReturnType<typeof stateLayout>): string | null {
  return temporalElsewhere(temporal) ?? postgresElsewhere(reachableFolder(postgres));
}

async function openPostgres({ environment, say }: ServersOptions): Promise<PostgresServer> {
  const { cacheFolder, stateFolder, ports } = environment;
  const port = ports.postgres === undefined ? {} : { port: ports.postgres };
  const server = await startPostgres({ folder: stateLayout(stateFolder).postgres, cacheFolder, ...port });
  say(`Postgres ${server.adopted ? 'is running' : 'started'} (embedded, port ${server.port})`);
  return server;
}

async function openTemporal({ environment, say }: ServersOptions, namespace: string): Promise<TemporalServer> {
  const cli = findTemporalCli(environment);
  if (!cli)
    throw new Error('The Temporal CLI is not installed: run `node scripts/setup.mjs`, or set TEMPORAL_ADDRESS.');
  const { temporal: port, temporalUi: uiPort } = environment.ports;
  const server = await startTemporal({
    executable: cli.path,
    folder: stateLayout(environment.stateFolder).temporal,
    namespace,
    ...(port === undefined ? {} : { port }),
    ...(uiPort === undefined ? {} : { uiPort }),
  });
  say(`Temporal ${server.adopted ? 'is running' : 'started'} (embedded, ${server.uiUrl ?? server.address})`);
  return server;
}
