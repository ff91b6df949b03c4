// Tells whether a process that left a note is still the one running under that number: numbers are used again.
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** @typedef {{pid: number, started: string | null, host?: string}} ProcessIdentity */

/**
 * @param {number} [pid]
 * @returns {ProcessIdentity}
 */
export function identify(pid = process.pid) {
  return { pid, started: readProcess(pid)?.started ?? null, host: hostname() };
}

/**
 * Whether a process is one of another machine, or of another container, on a folder that we share: it does not show here.
 *
 * @param {{host?: string}} identity
 */
export function isElsewhere({ host }) {
  return host !== undefined && host !== hostname();
}

/** @param {ProcessIdentity} identity */
export function isAlive({ pid, started }) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EPERM') return false;
  }
  const now = readProcess(pid);
  if (now === null) return true; // a system without /proc: the number is all there is
  return !now.dead && (started === null || now.started === started);
}

/** @param {number} pid */
function readProcess(pid) {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' '); // the name may hold spaces and brackets
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    return { dead: fields[0] === 'Z' || fields[0] === 'X', started: `${boot}-${fields[19]}` };
  } catch {
    return null;
  }
}
