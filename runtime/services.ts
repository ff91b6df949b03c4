// Everything a command needs to be there: the user's own Postgres and Temporal, or the embedded ones, shared by every
// command on one state folder and stopped by the last that needs them.
import { loadCodec } from './codec.ts';
import { checkDatabase } from './database.ts';
import { stopEmbedded, type ServersOptions, type Stopped } from './embedded-servers.ts';
import { useEmbedded, type Use } from './embedded-use.ts';
import type { Environment } from './environment.mjs';
import { stateLayout } from './folders.mjs';
import { findPostgres } from './postgres.ts';
import { inTurn, readRecord } from './services-record.ts';
import { attributeCommand, checkTemporal, type TemporalTarget } from './temporal-cluster.ts';
import { connectionSettings } from './temporal-settings.ts';
import { findTemporal } from './temporal.ts';

export interface Services extends Pick<Use, 'startedHere' | 'keep' | 'close'> {
  /** Holds a password: never print it. */
  databaseUrl: string;
  temporal: TemporalTarget;
  temporalUiUrl: string | null;
  /** Whether the cluster knows our search attributes; where it does not, workflows must be started without. */
  searchAttributes: boolean;
  embedded: { postgres: boolean; temporal: boolean };
}

/**
 * Until `close`, embedded servers that die are started again at their ports.
 * @throws an error for people when a server is down, a port taken, or a setting cannot be kept
 */
export async function openServices(options: ServersOptions): Promise<Services> {
  const { environment, say } = options;
  const settings = connectionSettings(environment);
  const payloadCodecs = [await loadCodec(environment)];
  if (environment.databaseUrl !== undefined) await checkDatabase(environment.databaseUrl);
  const own = settings.source === 'embedded' ? null : await checkTemporal(settings);
  if (own) warnOfAttributes(settings.namespace, { missing: own.missingAttributes, say });
  const { namespace } = settings;
  const wanted = { postgres: environment.databaseUrl === undefined, temporal: own === null, namespace };
  const { postgres, temporal, ...use } = await inTurn(environment.stateFolder, () => useEmbedded(options, wanted));
  return {
    databaseUrl: postgres?.url ?? environment.databaseUrl ?? '',
    temporal: {
      connectionOptions: temporal ? { address: temporal.address } : settings.connectionOptions,
      namespace,
      payloadCodecs,
      encodesFailures: environment.codec !== undefined || environment.codecKey !== undefined,
    },
    temporalUiUrl: temporal?.uiUrl ?? null,
    searchAttributes: own === null || own.missingAttributes.length === 0,
    embedded: { postgres: postgres !== null, temporal: temporal !== null },
    ...use,
  };
}

/** For `down`: stops the embedded servers, whoever uses them. */
export async function stopServices({ environment }: { environment: Environment }): Promise<Stopped> {
  return inTurn(environment.stateFolder, () => stopEmbedded(environment));
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

function warnOfAttributes(
  namespace: string,
  { missing, say }: { missing: string[]; say: (text: string) => void },
): void {
  if (missing.length === 0) return;
  say(`This cluster lacks search attributes (${missing.join(', ')}): sweeps run without. To add them:`);
  say(`  ${attributeCommand(namespace, missing)}`);
}
