// A lock between processes: a folder that only one of them can make. A lock whose owner died is taken over.
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { identify, isAlive } from '../process-identity.mjs';

/** A lock without a readable owner is one being made, or left by a crash in that instant. */
const UNOWNED_MS = 5000;
const LOOK_AGAIN_MS = 50;

/**
 * Runs `action` while no other process holds `folder`. `onWait` is called once, with the owner, if there is one to wait for;
 * `onLook` each time that it is still there.
 *
 * @template T
 * @param {string} folder
 * @param {() => Promise<T>} action
 * @param {{onWait?: (pid: number | null) => void, onLook?: (() => void) | undefined}} [options]
 * @returns {Promise<T>}
 */
export async function withLock(folder, action, { onWait, onLook } = {}) {
  mkdirSync(dirname(folder), { recursive: true });
  for (let waited = false; !tryLock(folder);) {
    if (takeOver(folder)) continue;
    if (!waited) onWait?.(readOwner(folder)?.pid ?? null);
    waited = true;
    onLook?.();
    await pause(LOOK_AGAIN_MS);
  }
  try {
    return await action();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
 */
function takeOver(folder) {
  if (!isAbandoned(folder)) return false;
  const guard = `${folder}.takeover`;
  if (!makeFolder(guard)) {
    if (age(guard) > UNOWNED_MS) rmSync(guard, { recursive: true, force: true });
    return false;
  }
  try {
    if (!isAbandoned(folder)) return false;
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

/** @param {string} folder */
function isAbandoned(folder) {
  const owner = readOwner(folder);
  return owner === null ? age(folder) > UNOWNED_MS : !isAlive(owner);
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
