// Brings what the project stands on, once: `node scripts/setup.mjs [--for start|test|check]`. Plain Node, no dependencies.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readEnvironment } from '../runtime/environment.mjs';
import { cacheLayout } from '../runtime/folders.mjs';
import { backbone } from '../runtime/install/backbone.mjs';
import { withLock } from '../runtime/install/lock.mjs';
import { movieReviews } from '../runtime/install/movie-reviews.mjs';
import { npmPackages } from '../runtime/install/npm-packages.mjs';
import { postgres } from '../runtime/install/postgres.mjs';
import { createProgress, seconds } from '../runtime/install/progress.mjs';
import { inWords } from '../runtime/install/setup-problem.mjs';
import { temporalCli, temporalTestServer } from '../runtime/install/temporal.mjs';
import { tensorflow } from '../runtime/install/tensorflow.mjs';

/** @typedef {import('../runtime/install/part.mjs').Part} Part */

const RUN = [npmPackages, tensorflow, temporalCli, postgres, backbone, movieReviews];
/** @type {Record<string, Part[]>} */
const PARTS = { start: RUN, test: [...RUN, temporalTestServer], check: [npmPackages] };
/** What may be missing all the same. */
const SPARED = { start: ['better'], test: ['better', 'data'], check: ['better'] };

const project = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
const progress = createProgress(process.stdout);

try {
  process.exitCode = await setUp(process.argv.slice(2));
} catch (error) {
  progress.line(`Set-up stopped. ${inWords(error).message}`);
  process.exitCode = 1;
}

/** @param {string[]} args */
async function setUp(args) {
  const wanted = purpose(args);
  const environment = readEnvironment();
  const parts = PARTS[wanted] ?? [];
  if (parts.every((part) => part.ready({ project, environment }))) return 0;
  mkdirSync(environment.cacheFolder, { recursive: true });
  const onWait = (/** @type {number | null} */ pid) =>
    progress.line(`Another set-up (process ${pid ?? '?'}) is at work: waiting.`);
  const lock = join(cacheLayout(environment.cacheFolder).locks, 'setup');
  return withLock(lock, () => installAll(parts, { environment, spared: SPARED[wanted] }), { onWait });
}

/**
 * @param {Part[]} parts
 * @param {{environment: import('../runtime/environment.mjs').Environment, spared: string[]}} options
 * @returns {Promise<number>} the exit code
 */
async function installAll(parts, { environment, spared }) {
  const started = Date.now();
  /** @type {Part[]} */
  const missing = [];
  progress.line(`Setting up (downloads are kept in ${environment.cacheFolder})`);
  for (const [index, part] of parts.entries()) {
    const title = `[${index + 1}/${parts.length}] ${part.title}`;
    const problem = await bring(part, title, environment);
    if (!problem) continue;
    progress.line(`${title}: ${problem.message}${part.without ? ` ${part.without}` : ''}`);
    missing.push(part);
    if (part.need === 'always') break; // everything else stands on it
  }
  const blocking = missing.filter((part) => !spared.includes(part.need));
  if (blocking.length > 0) progress.line(`Set-up is not complete: ${blocking.map((part) => part.title).join(', ')}.`);
  else progress.line(`Set-up is complete (${seconds(started)}).`);
  return blocking.length > 0 ? 1 : 0;
}

/**
 * @param {Part} part
 * @param {string} title
 * @param {import('../runtime/environment.mjs').Environment} environment
 * @returns {Promise<Error | null>}
 */
async function bring(part, title, environment) {
  const started = Date.now();
  try {
    if (part.ready({ project, environment })) {
      progress.line(`${title}: already there`);
      return null;
    }
    const context = (/** @type {import('../runtime/install/progress.mjs').PartProgress} */ line) => ({
      project,
      environment,
      progress: line,
    });
    const result = await progress.part(title, (line) => part.install(context(line)));
    progress.line(`${title}: ${result} (${seconds(started)})`);
    return null;
  } catch (error) {
    return inWords(error);
  }
}

/**
 * @param {string[]} args
 * @returns {keyof typeof SPARED}
 */
function purpose(args) {
  const wanted = args.length === 0 ? 'start' : args[0] === '--for' ? (args[1] ?? '') : '';
  if (!Object.hasOwn(PARTS, wanted))
    throw new Error(`Usage: node scripts/setup.mjs [--for ${Object.keys(PARTS).join('|')}]`);
  return /** @type {keyof typeof SPARED} */ (wanted);
}
