// The note in the state folder about who uses the embedded servers. Readable by its owner alone.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateLayout } from './folders.mjs';
import { withLock } from './install/lock.mjs';
import { isAlive, isElsewhere, type ProcessIdentity } from './process-identity.mjs';

export interface ServicesRecord {
  /** Nobody's leaving stops the servers: `up` started them. */
  kept: boolean;
  /** One entry a call of `openServices`; a process may hold several. */
  users: (ProcessIdentity & { token: string })[];
}

/** Users that died without leaving are left out; of another machine's nobody here can tell. */
export function readRecord(stateFolder: string): ServicesRecord {
  try {
    const record = JSON.parse(readFileSync(stateLayout(stateFolder).services, 'utf8')) as ServicesRecord;
    return { ...record, users: record.users.filter((user) => isElsewhere(user) || isAlive(user)) };
  } catch {
    return { kept: false, users: [] };
  }
}

export function writeRecord(stateFolder: string, record: ServicesRecord): void {
  const file = stateLayout(stateFolder).services;
  writeFileSync(`${file}.part`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${file}.part`, file);
}

/** One command at a time looks, starts, stops and writes the record. */
export function inTurn<T>(stateFolder: string, action: () => Promise<T>): Promise<T> {
  mkdirSync(stateFolder, { recursive: true, mode: 0o755 });
  return withLock(join(stateLayout(stateFolder).locks, 'services'), action);
}
