// A lock between processes, of machines that share the folder too: a folder that only one of them can make. A lock whose owner
// died is taken over; one of another machine's, once nobody has touched it for so long that its owner must be gone.
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimes, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { identify, isAlive, isElsewhere } from '../process-identity.mjs';

/** A lock without a readable owner is one being made, or left by a crash in that instant. */
const UNOWNED_MS = 5000;
const LOOK_AGAIN_MS = 50;
const TOUCH_MS = 5000;
/** NFS may show what another machine has touched a minute late. */
const SILENT_MS = 150_000;

/**
 * Runs `action` while no other process holds `folder`. `onWait` is called once, with the owner, if there is one to wait for;
 * `onLook` each time that it is still there.
 *
 * @template T
 * @param {string} folder
 * @param {() => Promise<T>} action
 * @param {{onWait?: (pid: number | null) => void, onLook?: (() => void) | undefined, silentMs?: number}} [options]
 * @returns {Promise<T>}
 */
export async function withLock(folder, action, { onWait, onLook, silentMs = SILENT_MS } = {}) {
  mkdirSync(dirname(folder), { recursive: true });
  const isSilent = silence(folder, silentMs);
  for (let waited = false; !tryLock(folder);) {
    if (takeOver(folder, isSilent)) continue;
    if (!waited) onWait?.(readOwner(folder)?.pid ?? null);
    waited = true;
    onLook?.();
    await pause(LOOK_AGAIN_MS);
  }
  const touching = keepTouching(folder);
  try {
    return await action();
  } finally {
    clearInterval(touching);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder */
function keepTouching(folder) {
  const touch = () => utimes(folder, new Date(), new Date(), () => {}); // one taken away by hand is not ours to mend
  return setInterval(touch, TOUCH_MS).unref();
}

/**
 * Whether nobody touched the folder while we looked, by our own clock: another machine's may differ.
 *
 * @param {string} folder
 * @param {number} silentMs
 */
function silence(folder, silentMs) {
  let [touched, since] = [/** @type {number | undefined} */ (undefined), performance.now()];
  return () => {
    const now = statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
    if (now !== touched) [touched, since] = [now, performance.now()];
    return performance.now() - since > silentMs;
  };
}

/** @param {string} folder */
function tryLock(folder) {
  if (!makeFolder(folder)) return false;
  writeFileSync(join(folder, 'owner.json'), JSON.stringify(identify()));
  return true;
}

/**
 * One process at a time may take a dead owner's lock away, and looks again before it does: otherwise two that saw the
 * same dead owner could each remove the other's new lock.
 *
 * @param {string} folder
 * @param {() => boolean} isSilent
 */
function takeOver(folder, isSilent) {
  if (!isAbandoned(folder, isSilent)) return false;
  const guard = `${folder}.takeover`;
  if (!makeFolder(guard)) {
    if (age(guard) > UNOWNED_MS) rmSync(guard, { recursive: true, force: true });
    return false;
  }
  try {
    if (!isAbandoned(folder, isSilent)) return false;
    const aside = `${folder}.abandoned-${process.pid}`;
    renameSync(folder, aside);
    rmSync(aside, { recursive: true, force: true });
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true; // its owner was just leaving
    throw error;
  } finally {
    rmSync(guard, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @param {() => boolean} isSilent
 */
function isAbandoned(folder, isSilent) {
  const owner = readOwner(folder);
  const silent = isSilent();
  if (owner === null) return age(folder) > UNOWNED_MS;
  return isElsewhere(owner) ? silent : !isAlive(owner);
}

/**
 * @param {string} folder
 * @returns {import('../process-identity.mjs').ProcessIdentity | null}
 */
function readOwner(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8'));
  } catch {
    return null;
  }
}

/** @param {string} folder */
function makeFolder(folder) {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} folder */
function age(folder) {
  const at = statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
  return at === undefined ? 0 : Date.now() - at;
}

/** @param {unknown} error */
function codeOf(error) {
  return /** @type {NodeJS.ErrnoException} */ (error).code;
}
