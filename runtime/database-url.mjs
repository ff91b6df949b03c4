// What `sslmode` and `sslrootcert` in DATABASE_URL mean, as Postgres's own clients have it.
import { existsSync } from 'node:fs';

const MODES = ['disable', 'require', 'verify-ca', 'verify-full', 'no-verify'];
const FILES = ['sslrootcert', 'sslcert', 'sslkey'];

/**
 * node-postgres takes `require` for `verify-full`, falls back to verification where it does not know a mode, and never falls
 * back to plain text for `prefer`. Asked for libpq's meaning it keeps that; what it cannot keep is refused here.
 *
 * @param {string | undefined} url
 * @returns {string | undefined}
 * @throws {Error} that names the parameter and holds nothing else of the URL
 */
export function databaseUrl(url) {
  if (url === undefined || !url.includes('ssl')) return url;
  const parsed = parse(url);
  if (parsed === null) return url; // whoever connects says what is wrong with it
  const parameters = parsed.searchParams;
  const mode = parameters.get('sslmode');
  if (mode !== null && !MODES.includes(mode)) {
    throw new Error(`Expected sslmode in DATABASE_URL to be one of ${MODES.join(', ')}, found "${mode}".`);
  }
  for (const name of FILES) checkFile(name, parameters.get(name));
  if (mode === 'verify-ca' && !parameters.has('sslrootcert')) {
    throw new Error('Expected sslrootcert beside sslmode=verify-ca in DATABASE_URL, found none.');
  }
  if (parameters.get('sslrootcert') === 'system') parameters.delete('sslrootcert'); // Node's own list
  if (mode !== null && mode !== 'no-verify') parameters.set('uselibpqcompat', 'true');
  return parsed.href;
}

/**
 * @param {string} name
 * @param {string | null} path
 */
function checkFile(name, path) {
  if (path === null || path === 'system' || existsSync(path)) return;
  throw new Error(`Expected ${name} in DATABASE_URL to name a file, found none at ${path}.`);
}

/** @param {string} url */
function parse(url) {
  try {
    return new URL(url);
  } catch {
    return null;
  }
}
