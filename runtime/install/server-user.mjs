// Who Postgres runs as where we are root, and what that user can reach.
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { SetupProblem } from './setup-problem.mjs';

/** @typedef {{uid: number, gid: number, name: string}} ServerUser */

/** For a server that runs as another user, which cannot look into root's home. */
export const SHARED_FOLDER = '/var/lib/lpt-sweep';

/**
 * Postgres refuses to run as root.
 *
 * @returns {ServerUser | null} null: as we are
 */
export function serverUser() {
  if (process.getuid?.() !== 0) return null;
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':');
    if (fields) return { name, uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new SetupProblem(
    'Postgres does not run as root, and this system has neither a user `postgres` nor `nobody`.',
    'Run this as a plain user, or set DATABASE_URL.',
  );
}

/**
 * Whether another user can walk down to a folder.
 *
 * @param {string} folder
 */
export function isTraversable(folder) {
  for (let at = folder; ; at = dirname(at)) {
    const mode = statSync(at, { throwIfNoEntry: false })?.mode;
    if (mode !== undefined && (mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}
