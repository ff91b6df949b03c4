// Everything a command needs to be there: the user's own Postgres and Temporal, or the embedded ones, shared by every
// command on one state folder and stopped by the last that needs them.
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadCodec } from './codec.ts';
import { checkDatabase } from './database.ts';
import {
  openEmbedded,
  portsOf,
  recordBefore,
  stopEmbedded,
  stopStarted,
  type ServersOptions,
  type Stopped,
  type Wanted,
} from './embedded-servers.ts';
import type { Environment } from './environment.mjs';
import { stateLayout } from './folders.mjs';
import { withLock } from './install/lock.mjs';
import { findPostgres } from './postgres.ts';
import { identify, type ProcessIdentity } from './process-identity.mjs';
import { readRecord, writeRecord, type ServicesRecord } from './services-record.ts';
import { Supervision } from './supervision.ts';
import { attributeCommand, checkTemporal, type TemporalTarget } from './temporal-cluster.ts';
import { connectionSettings } from './temporal-settings.ts';
import { findTemporal } from './temporal.ts';

export interface Services {
  /** Holds a password: never print it. */
  databaseUrl: string;
  temporal: TemporalTarget;
  temporalUiUrl: string | null;
  /** Whether the cluster knows our search attributes; where it does not, workflows must be started without. */
  searchAttributes: boolean;
  embedded: { postgres: boolean; temporal: boolean };
  /** Whether a server was started for this call. */
  startedHere: boolean;
  /** Leaves the servers running after this process (`up`). */
  keep(): Promise<void>;
  /** Stops the embedded servers, unless they are kept or another command still uses them. */
  close(): Promise<void>;
}

/**
 * Until `close`, embedded servers that die are started again at their ports.
 * @throws an error for people when a server is down, a port taken, or a setting cannot be kept
 */
export async function openServices({ environment, say }: ServersOptions): Promise<Services> {
  const settings = connectionSettings(environment);
  const payloadCodecs = [await loadCodec(environment)];
  if (environment.databaseUrl !== undefined) await checkDatabase(environment.databaseUrl);
  const own = settings.source === 'embedded' ? null : await checkTemporal(settings);
  if (own) warnOfAttributes(settings.namespace, { missing: own.missingAttributes, say });
  const token = randomUUID();
  const wanted = {
    postgres: environment.databaseUrl === undefined,
    temporal: own === null,
    namespace: settings.namespace,
  };
  return inTurn(environment, async () => {
    const record = recordBefore(environment);
    const { postgres, temporal } = await openEmbedded({ environment, say }, wanted);
    const servers = [postgres, temporal].flatMap((server) => server ?? []);
    try {
      const users = servers.length === 0 ? record.users : [...record.users, { ...identify(), token }];
      writeRecord(environment.stateFolder, { ...record, users });
      const ports = { ...environment.ports, ...portsOf({ postgres, temporal }) };
      const again = { environment: { ...environment, ports }, say };
      const supervision = new Supervision({
        processes: servers.map(({ pid }) => identify(pid)),
        bringBack: () => bringBack(again, { ...wanted, token }),
        say,
      });
      return {
        databaseUrl: postgres?.url ?? environment.databaseUrl ?? '',
        temporal: {
          connectionOptions: temporal ? { address: temporal.address } : settings.connectionOptions,
          namespace: settings.namespace,
          payloadCodecs,
          encodesFailures: environment.codec !== undefined || environment.codecKey !== undefined,
        },
        temporalUiUrl: temporal?.uiUrl ?? null,
        searchAttributes: own === null || own.missingAttributes.length === 0,
        embedded: { postgres: postgres !== null, temporal: temporal !== null },
        startedHere: servers.some((server) => !server.adopted),
        ...leaving({ environment, token, supervision }),
      };
    } catch (error) {
      await stopStarted(servers);
      throw error;
    }
  });
}

/** For `down`: stops the embedded servers, whoever uses them. */
export async function stopServices({ environment }: { environment: Environment }): Promise<Stopped> {
  return inTurn(environment, () => stopEmbedded(environment));
}

export interface RunningServices {
  postgres: { pid: number; port: number } | null;
  temporal: { pid: number; address: string; uiUrl: string | null } | null;
  /** Started by `up`: they stay. */
  kept: boolean;
  /** Processes that use them now. */
  users: number[];
}

/** The embedded servers that run on this state folder; null when none does. */
export async function findServices({ environment }: { environment: Environment }): Promise<RunningServices | null> {
  const layout = stateLayout(environment.stateFolder);
  const [postgres, temporal] = await Promise.all([findPostgres(layout.postgres), findTemporal(layout.temporal)]);
  if (!postgres && !temporal) return null;
  const { kept, users } = readRecord(environment.stateFolder);
  return {
    postgres: postgres && { pid: postgres.process.pid, port: postgres.port },
    temporal: temporal && { pid: temporal.process.pid, address: temporal.address, uiUrl: temporal.uiUrl },
    kept,
    users: users.map(({ pid }) => pid),
  };
}

interface Leaving {
  environment: Environment;
  token: string;
  supervision: Supervision;
}

function leaving({ environment, token, supervision }: Leaving): Pick<Services, 'keep' | 'close'> {
  const leave = (change: (record: ServicesRecord) => ServicesRecord): ServicesRecord => {
    const record = readRecord(environment.stateFolder);
    const next = change({ ...record, users: record.users.filter((user) => user.token !== token) });
    writeRecord(environment.stateFolder, next);
    return next;
  };
  return {
    keep: () => inTurn(environment, () => Promise.resolve(void leave((record) => ({ ...record, kept: true })))),
    close: async () => {
      await supervision.stop();
      await inTurn(environment, async () => {
        const { kept, users } = leave((record) => record);
        if (!kept && users.length === 0) await stopEmbedded(environment);
      });
    },
  };
}

/** Null for one that is no user any more: `down` stopped the servers. */
function bringBack(options: ServersOptions, { token, ...wanted }: Wanted & { token: string }) {
  const { environment, say } = options;
  return inTurn(environment, async (): Promise<ProcessIdentity[] | null> => {
    if (!readRecord(environment.stateFolder).users.some((user) => user.token === token)) return null;
    const quiet = { environment, say: () => undefined };
    const { postgres, temporal } = await openEmbedded(quiet, wanted);
    if (postgres?.adopted === false) say(`Postgres was gone: it is started again (port ${postgres.port}).`);
    if (temporal?.adopted === false) say(`Temporal was gone: it is started again (${temporal.address}).`);
    return [postgres, temporal].flatMap((server) => (server ? [identify(server.pid)] : []));
  });
}

function warnOfAttributes(
  namespace: string,
  { missing, say }: { missing: string[]; say: (text: string) => void },
): void {
  if (missing.length === 0) return;
  say(`This cluster lacks search attributes (${missing.join(', ')}): sweeps run without. To add them:`);
  say(`  ${attributeCommand(namespace, missing)}`);
}

/** One command at a time looks, starts, stops and writes the record. */
function inTurn<T>(environment: Environment, action: () => Promise<T>): Promise<T> {
  mkdirSync(environment.stateFolder, { recursive: true, mode: 0o755 });
  return withLock(join(stateLayout(environment.stateFolder).locks, 'services'), action);
}
