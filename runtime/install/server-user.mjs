// Who Postgres runs as where we are root, and what that user can reach.
import { chmodSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
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

/**
 * Makes a folder to which the server's user can walk down, whatever the umask; what an earlier run has closed below
 * `shared` is opened as well.
 *
 * @param {string} folder absolute
 */
export function makeReachable(folder, shared = SHARED_FOLDER) {
  const firstMade = mkdirSync(folder, { recursive: true, mode: 0o755 });
  if (serverUser() === null) return;
  const top = folder.startsWith(shared + sep) ? shared : firstMade;
  if (top === undefined) return;
  for (let at = folder; ; at = dirname(at)) {
    chmodSync(at, 0o755);
    if (at === top) return;
  }
}

/**
 * As `chmod -R a+rX`: what npm unpacks has the rights that its umask left.
 *
 * @param {string} folder
 */
export function openToOthers(folder) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToOthers(path);
    else if (entry.isFile()) chmodSync(path, (statSync(path).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}
