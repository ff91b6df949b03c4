// How one variable of the environment is read: what counts as set, and what is refused. The variables are handed in.
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

/** @typedef {Record<string, string | undefined>} Variables */

/**
 * @param {Variables} env
 * @param {string} name
 */
export function text(env, name) {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

/**
 * A secret that becomes a header: what no header may hold would be quoted by whoever refuses it.
 *
 * @param {Variables} env
 * @param {string} name
 */
export function headerText(env, name) {
  const value = text(env, name);
  if (value === undefined || isHeaderText(value)) return value;
  throw new Error(`Expected ${name} to be one line of plain characters, found others in it.`);
}

/** @param {string} value */
export function isHeaderText(value) {
  return /^[\x20-\x7e]*$/.test(value);
}

/**
 * @template {string} T
 * @param {Variables} env
 * @param {string} name
 * @param {readonly T[]} allowed
 * @returns {T | undefined}
 */
export function choice(env, name, allowed) {
  const value = text(env, name);
  if (value === undefined) return undefined;
  const found = allowed.find((one) => one === value.toLowerCase());
  if (found === undefined) throw new Error(`Expected ${name} to be one of ${allowed.join(', ')}, found "${value}".`);
  return found;
}

/**
 * @param {Variables} env
 * @param {string} name
 * @param {{from: number, to: number}} range
 */
export function wholeNumber(env, name, { from, to }) {
  const value = text(env, name);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isInteger(number) || number < from || number > to) {
    throw new Error(`Expected ${name} to be a whole number from ${from} to ${to}, found "${value}".`);
  }
  return number;
}

/**
 * @template {object} T
 * @param {T} object
 * @returns {{[K in keyof T]: Exclude<T[K], undefined>}}
 */
export function withoutUndefined(object) {
  const defined = Object.entries(object).filter(([, value]) => value !== undefined);
  return /** @type {{[K in keyof T]: Exclude<T[K], undefined>}} */ (Object.fromEntries(defined));
}

/**
 * @param {Variables} env
 * @param {string[]} names
 * @returns {Record<string, string>}
 */
export function named(env, names) {
  const found = withoutUndefined(Object.fromEntries(names.map((name) => [name, text(env, name)])));
  return /** @type {Record<string, string>} */ (found);
}

/** @param {string | undefined} list */
export function folders(list = '') {
  return list.split(delimiter).filter((folder) => folder !== '');
}

/**
 * @param {Variables} env
 * @param {{own: string, xdg: string, underHome: string[]}} names
 */
export function userFolder(env, { own, xdg, underHome }) {
  const given = text(env, own);
  if (given) return resolve(given);
  const base = text(env, xdg) ?? join(home(env, own), ...underHome);
  return resolve(base, 'lpt-sweep');
}

/**
 * @param {Variables} env
 * @param {string} instead
 */
function home(env, instead) {
  const given = text(env, 'HOME');
  if (given) return given;
  try {
    return homedir();
  } catch {
    throw new Error(`This user has no home folder. Set ${instead} to a folder that can be written.`);
  }
}
