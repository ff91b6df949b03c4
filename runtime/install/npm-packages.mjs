// The npm packages of package-lock.json. Their install scripts are not run: set-up does that work itself, with pins.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorLine, run } from './run.mjs';
import { SetupProblem } from './setup-problem.mjs';

/** @typedef {{version?: string, integrity?: string, optional?: boolean, extraneous?: boolean}} Locked */

/** npm's own patience without a network is two minutes. */
const PATIENCE = ['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=10000'];

/** @type {import('./part.mjs').Part} */
export const npmPackages = {
  title: 'npm packages',
  need: 'always',
  ready: ({ project }) => isInstalled(project),
  async install({ project, environment, progress }) {
    progress.say('installing (about 600 MB on disk)');
    const flags = ['--ignore-scripts', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error', ...PATIENCE];
    const { command, args } = npmProgram(environment);
    const outcome = await run(command, [...args, 'ci', ...flags], { cwd: project });
    if (outcome.notFound) {
      throw new SetupProblem('npm was not found.', 'It comes with Node; put its folder on PATH, then run this again.');
    }
    if (outcome.status !== 0) {
      throw new SetupProblem(
        `\`npm ci\` failed: ${errorLine(outcome.output)}.`,
        'Check the network and `npm config get registry`, then run this again.',
      );
    }
    writeFileSync(stampFile(project), digestOf(lockFile(project)) ?? '');
    return 'installed';
  },
};

/**
 * Whether node_modules is what package-lock.json says: by our own stamp after `npm ci`, or, where somebody else ran npm,
 * by the lock file that npm leaves inside, last of all.
 *
 * @param {string} project
 */
export function isInstalled(project) {
  const lock = digestOf(lockFile(project));
  if (lock !== null && lock === read(stampFile(project))) return true;
  const wanted = lockedPackages(lockFile(project));
  const present = lockedPackages(join(project, 'node_modules', '.package-lock.json'));
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(([path, { version, integrity, optional, extraneous }]) => {
    if (path === '') return true;
    const there = present[path];
    if (!there) return optional === true || extraneous === true;
    return there.version === version && there.integrity === integrity;
  });
}

/**
 * @param {string} file
 * @returns {Record<string, Locked> | null}
 */
function lockedPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return null;
  }
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** @param {string} file */
function digestOf(file) {
  const text = read(file);
  return text === null ? null : createHash('sha256').update(text).digest('hex');
}

const lockFile = (/** @type {string} */ project) => join(project, 'package-lock.json');
const stampFile = (/** @type {string} */ project) => join(project, 'node_modules', '.lpt-sweep-lock');

/** @param {import('../environment.mjs').Environment} environment */
function npmProgram({ npm }) {
  if (npm && /npm-cli\.[cm]?js$/.test(npm)) return { command: process.execPath, args: [npm] };
  if (process.platform !== 'win32') return { command: 'npm', args: [] };
  const besideNode = join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js');
  return { command: process.execPath, args: [besideNode] };
}
