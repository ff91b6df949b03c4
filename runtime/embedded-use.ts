// One command's use of the embedded servers: they are opened with it as a user, brought back when they die, and stopped by
// the last user that leaves.
import { randomUUID } from 'node:crypto';
import {
  openEmbedded,
  portsOf,
  recordBefore,
  stopEmbedded,
  stopStarted,
  type Embedded,
  type ServersOptions,
  type Wanted,
} from './embedded-servers.ts';
import type { Environment } from './environment.mjs';
import { identify, type ProcessIdentity } from './process-identity.mjs';
import { inTurn, readRecord, writeRecord, type ServicesRecord } from './services-record.ts';
import { Supervision } from './supervision.ts';

export interface Use extends Embedded {
  /** Whether a server was started for this call. */
  startedHere: boolean;
  /** Leaves the servers running after this process (`up`). */
  keep(): Promise<void>;
  /** Stops the embedded servers, unless they are kept or another command still uses them. */
  close(): Promise<void>;
}

/** Opens what is wanted, with this call as a user of it, or leaves everything as it was. To be called in turn. */
export async function useEmbedded(options: ServersOptions, wanted: Wanted): Promise<Use> {
  const { environment } = options;
  const token = randomUUID();
  const record = recordBefore(environment);
  const embedded = await openEmbedded(options, wanted);
  const servers = [embedded.postgres, embedded.temporal].flatMap((server) => server ?? []);
  try {
    const users = servers.length === 0 ? record.users : [...record.users, { ...identify(), token }];
    writeRecord(environment.stateFolder, { ...record, users });
    const supervision = supervise(options, { embedded, wanted: { ...wanted, token } });
    const startedHere = servers.some((server) => !server.adopted);
    return { ...embedded, startedHere, ...leaving({ environment, token, supervision }) };
  } catch (error) {
    await stopStarted(servers);
    throw error;
  }
}

interface Leaving {
  environment: Environment;
  token: string;
  supervision: Supervision;
}

function leaving({ environment, token, supervision }: Leaving): Pick<Use, 'keep' | 'close'> {
  const leave = (change: (record: ServicesRecord) => ServicesRecord): ServicesRecord => {
    const record = readRecord(environment.stateFolder);
    const next = change({ ...record, users: record.users.filter((user) => user.token !== token) });
    writeRecord(environment.stateFolder, next);
    return next;
  };
  return {
    keep: () =>
      inTurn(environment.stateFolder, () => Promise.resolve(void leave((record) => ({ ...record, kept: true })))),
    close: async () => {
      await supervision.stop();
      await inTurn(environment.stateFolder, async () => {
        const { kept, users } = leave((record) => record);
        if (!kept && users.length === 0) await stopEmbedded(environment);
      });
    },
  };
}

type WantedByUser = Wanted & { token: string };

function supervise(
  { environment, say }: ServersOptions,
  { embedded, wanted }: { embedded: Embedded; wanted: WantedByUser },
): Supervision {
  const { postgres, temporal } = embedded;
  const again = { environment: { ...environment, ports: { ...environment.ports, ...portsOf(embedded) } }, say };
  return new Supervision({
    processes: [postgres, temporal].flatMap((server) => (server ? [identify(server.pid)] : [])),
    bringBack: () => bringBack(again, wanted),
    say,
  });
}

/** Null for one that is no user any more: `down` stopped the servers. */
function bringBack(options: ServersOptions, { token, ...wanted }: WantedByUser) {
  const { environment, say } = options;
  return inTurn(environment.stateFolder, async (): Promise<ProcessIdentity[] | null> => {
    if (!readRecord(environment.stateFolder).users.some((user) => user.token === token)) return null;
    const quiet = { environment, say: () => undefined };
    const { postgres, temporal } = await openEmbedded(quiet, wanted);
    if (postgres?.adopted === false) say(`Postgres was gone: it is started again (port ${postgres.port}).`);
    if (temporal?.adopted === false) say(`Temporal was gone: it is started again (${temporal.address}).`);
    return [postgres, temporal].flatMap((server) => (server ? [identify(server.pid)] : []));
  });
}
