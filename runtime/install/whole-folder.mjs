// A folder that is there whole or not at all: built beside its place, then renamed.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { isAlive, isElsewhere } from '../process-identity.mjs';

const PREFIX = '.part-';
const DAY_MS = 86_400_000;

/**
 * @param {string} target
 * @param {(into: string, scratch: string) => Promise<void>} build fills `into`; `scratch` is thrown away afterwards
 */
export async function buildWhole(target, build) {
  const parent = dirname(target);
  mkdirSync(parent, { recursive: true });
  clearLeftovers(parent);
  const part = mkdtempSync(join(parent, `${PREFIX}${process.pid}.${hostname()}.`));
  const [into, scratch, old] = [join(part, 'whole'), join(part, 'scratch'), join(part, 'old')];
  try {
    mkdirSync(into);
    mkdirSync(scratch);
    await build(into, scratch);
    if (existsSync(target)) renameSync(target, old);
    renameSync(into, target);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

/**
 * Removes what a crashed build left.
 *
 * @param {string} parent
 */
export function clearLeftovers(parent) {
  for (const name of readdirSync(parent).filter((one) => one.startsWith(PREFIX))) {
    const folder = join(parent, name);
    const [pid, ...host] = name.slice(PREFIX.length).split('.').slice(0, -1);
    // Earlier versions named no host.
    const owner = { pid: Number(pid), started: null, ...(host.length === 0 ? {} : { host: host.join('.') }) };
    const modified = statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
    const tooOld = modified !== undefined && Date.now() - modified > DAY_MS;
    if (tooOld || !(isElsewhere(owner) || isAlive(owner))) rmSync(folder, { recursive: true, force: true });
  }
}
