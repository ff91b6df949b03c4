// Native TensorFlow for TensorFlow.js: library and addon from the cache, linked into node_modules, tried in a fresh process.
import { copyFileSync, existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync } from 'node:fs';
import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorLine, run } from './run.mjs';
import { SetupProblem } from './setup-problem.mjs';
import { ADDON, NAPI_VERSION, addonFolder, compileAddon } from './tensorflow-addon.mjs';
import { chooseBuild, installLibrary, libraryFolder } from './tensorflow-library.mjs';
import { TENSORFLOW_VERSION } from './tensorflow-pins.mjs';

/** @typedef {import('./tensorflow-library.mjs').Build} Build */

/** Node 23 and later lack two functions that the package calls. */
const TRIAL = `
const util = require('node:util'); util.isNullOrUndefined = (v) => v == null; util.isArray = Array.isArray;
const tf = require('@tensorflow/tfjs-node-gpu'), x = tf.variable(tf.tensor1d([1, 2, 3]));
const gradient = tf.variableGrads(() => x.square().sum()).grads[x.name].arraySync();
if (tf.getBackend() !== 'tensorflow' || String(gradient) !== '2,4,6') throw new Error('backend ' + tf.getBackend() + ', gradient ' + gradient);
console.log(JSON.stringify({version: tf.backend().binding.TF_Version, gpu: tf.backend().binding.isUsingGpuDevice()}));`;

/** @type {import('./part.mjs').Part} */
export const tensorflow = {
  title: `TensorFlow ${TENSORFLOW_VERSION}`,
  need: 'better',
  without: "TensorFlow.js's WebAssembly backend will be used: about ten times slower.",
  ready: ({ project, environment }) => isLinked(project, environment.cacheFolder, chooseBuild(environment)),
  async install(context) {
    refuseOtherPlatforms();
    const build = chooseBuild(context.environment);
    try {
      return await installBuild(build, context);
    } catch (error) {
      if (build === 'cpu' || context.environment.device === 'gpu') throw error;
      context.progress.say(
        `the CUDA build could not be had (${error instanceof Error ? error.message : error}); for the CPU`,
      );
      return installBuild('cpu', context);
    }
  },
};

/**
 * Which build node_modules leads to.
 *
 * @param {string} project
 * @param {string} cacheFolder
 * @param {Build} build
 */
export function isLinked(project, cacheFolder, build) {
  const tfjs = packageFolder(project);
  try {
    const stamp = JSON.parse(readFileSync(stampFile(tfjs), 'utf8'));
    // A machine that has a driver but could not get the CUDA build stays with what was found to work.
    const libraries = [libraryFolder(cacheFolder, build), libraryFolder(cacheFolder, 'cpu')];
    const linked = readlinkSync(join(tfjs, 'deps'));
    const whole = existsSync(join(linked, 'lib')) && existsSync(addonFile(tfjs));
    const current = stamp.addon === addonFolder(linked, tfjs);
    return whole && current && stamp.asked === build && stamp.library === linked && libraries.includes(linked);
  } catch {
    return false;
  }
}

/**
 * @param {Build} build
 * @param {import('./part.mjs').PartContext} context
 */
async function installBuild(build, { project, environment, progress }) {
  const [tfjs, library] = [packageFolder(project), libraryFolder(environment.cacheFolder, build)];
  await installLibrary(build, { environment, progress });
  if (!existsSync(addonFolder(library, tfjs))) progress.say('compiling the addon');
  const headers = join(project, 'node_modules', 'node-api-headers', 'include');
  await compileAddon({ library, tfjs, headers, environment });
  link(tfjs, library);
  progress.say('trying it');
  const found = await tryOut(project, tfjs);
  const addon = addonFolder(library, tfjs);
  const stamp = { library, addon, asked: chooseBuild(environment), ...found };
  writeFileSync(stampFile(tfjs), JSON.stringify(stamp));
  return `${found.gpu ? 'on the GPU' : 'on the CPU'}`;
}

/**
 * @param {string} tfjs
 * @param {string} library
 */
function link(tfjs, library) {
  rmSync(stampFile(tfjs), { force: true });
  const deps = join(tfjs, 'deps');
  if (lstatSync(deps, { throwIfNoEntry: false })) rmSync(deps, { recursive: true });
  symlinkSync(library, deps);
  const addon = addonFile(tfjs);
  mkdirSync(dirname(addon), { recursive: true });
  // A copy, not a link: Node follows links, and the addon finds its library from where it lies.
  copyFileSync(join(addonFolder(library, tfjs), ADDON), `${addon}.part`);
  renameSync(`${addon}.part`, addon);
}

/**
 * @param {string} project
 * @param {string} tfjs
 * @returns {Promise<{version: string, gpu: boolean}>}
 */
async function tryOut(project, tfjs) {
  const env = { TF_CPP_MIN_LOG_LEVEL: '3', TF_FORCE_GPU_ALLOW_GROWTH: 'true' };
  const outcome = await run(process.execPath, ['-e', TRIAL], { cwd: project, env });
  const answer = outcome.output.split('\n').findLast((line) => line.startsWith('{'));
  if (outcome.status === 0 && answer) return JSON.parse(answer);
  rmSync(addonFile(tfjs), { force: true }); // so that nothing loads what does not work here
  const reason = outcome.status === null ? 'it crashed (it needs a processor with AVX)' : errorLine(outcome.output);
  throw new SetupProblem(
    `Native TensorFlow does not run on this machine: ${reason}.`,
    '`lpt-sweep doctor` shows what it finds.',
  );
}

function refuseOtherPlatforms() {
  const here = `${process.platform} ${process.arch}`;
  if (here !== 'linux x64') {
    throw new SetupProblem(
      `Set-up brings native TensorFlow to linux x64 only, and this is ${here}.`,
      "The package's own download may serve: `npm rebuild @tensorflow/tfjs-node-gpu`.",
    );
  }
  const header = /** @type {{header: {glibcVersionRuntime?: string}}} */ (process.report.getReport()).header;
  if (header.glibcVersionRuntime) return;
  throw new SetupProblem(
    "TensorFlow's library needs glibc, and this system has another C library.",
    'Use a glibc system.',
  );
}

/** @param {string} project */
function packageFolder(project) {
  return join(project, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
}

/** @param {string} tfjs */
function addonFile(tfjs) {
  return join(tfjs, 'lib', `napi-v${NAPI_VERSION}`, ADDON);
}

/** @param {string} tfjs */
function stampFile(tfjs) {
  return join(tfjs, '.lpt-sweep.json');
}
