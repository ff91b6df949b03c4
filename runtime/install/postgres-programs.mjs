// The programs of a packaged Postgres: its library links and rights, which npm does not pack.
import { accessSync, chmodSync, constants, existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const PROGRAMS = ['initdb', 'postgres', 'pg_ctl'];

/**
 * What the package's own install script would do: npm packs neither links nor, for some, the right to execute.
 *
 * @param {string} folder
 */
export function complete(folder) {
  for (const { source, target } of libraryLinks(join(folder, 'native'))) {
    const link = join(folder, target);
    if (!lstatSync(link, { throwIfNoEntry: false })) symlinkSync(basename(source), link);
  }
  for (const program of PROGRAMS) {
    const file = programFile(join(folder, 'native'), program);
    if (existsSync(file) && !isExecutable(file)) chmodSync(file, 0o755);
  }
}

/** @param {string} native */
export function isComplete(native) {
  if (!existsSync(native)) return false;
  const linked = libraryLinks(native).every(({ target }) => existsSync(join(dirname(native), target)));
  return linked && PROGRAMS.every((program) => isExecutable(programFile(native, program)));
}

/**
 * @param {string} native
 * @returns {{source: string, target: string}[]}
 */
function libraryLinks(native) {
  const list = join(native, 'pg-symlinks.json');
  return existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
}

/**
 * @param {string} native
 * @param {string} program
 */
export function programFile(native, program) {
  return join(native, 'bin', process.platform === 'win32' ? `${program}.exe` : program);
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
