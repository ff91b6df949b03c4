// The addon of TensorFlow.js with our own kernels in it, compiled once against the library in the cache and kept there for
// every clone.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.mjs';
import { SetupProblem } from './setup-problem.mjs';
import { buildWhole } from './whole-folder.mjs';

export const ADDON = 'tfjs_binding.node';
export const NAPI_VERSION = 8;

/** Our kernels (docs/decisions/0007-fused-kernels-in-the-addon.md). */
const NATIVE = fileURLToPath(new URL('../native', import.meta.url));
/** Their loops count on vector code, which there is of none whose square root may report an error. */
const LOOPS = ['-O3', '-fopenmp-simd', '-fno-math-errno'];
const FLAGS = ['-std=c++17', ...LOOPS, '-fPIC', '-shared', '-pthread', `-DNAPI_VERSION=${NAPI_VERSION}`];

/**
 * Another folder for other sources: a changed kernel is compiled anew.
 *
 * @param {string} library the library's folder
 * @param {string} tfjs the folder of @tensorflow/tfjs-node-gpu
 */
export function addonFolder(library, tfjs) {
  const { version } = JSON.parse(readFileSync(join(tfjs, 'package.json'), 'utf8'));
  return join(library, `addon-${version}-napi${NAPI_VERSION}-${fingerprintKernels()}`);
}

function fingerprintKernels() {
  const hash = createHash('sha256').update(FLAGS.join(' '));
  const files = readdirSync(NATIVE, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(cc|h)$/.test(file));
  for (const file of files.sort()) hash.update(`\n${file}\n`).update(readFileSync(join(NATIVE, file)));
  return hash.digest('hex').slice(0, 12);
}

/**
 * @param {{library: string, tfjs: string, headers: string, environment: import('../environment.mjs').Environment}} what
 */
export async function compileAddon({ library, tfjs, headers, environment }) {
  const target = addonFolder(library, tfjs);
  if (existsSync(target)) return;
  const compiler = await findCompiler(environment);
  await buildWhole(target, async (into) => {
    const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(tfjs, 'binding', file));
    const kernels = readdirSync(NATIVE).filter((file) => file.endsWith('.cc'));
    sources.push(...kernels.map((file) => join(NATIVE, file)));
    const outcome = await run(compiler, [
      ...[...FLAGS, '-I', headers, '-I', join(NATIVE, 'include'), '-I', join(library, 'include')],
      ...[...sources, '-L', join(library, 'lib')],
      // From lib/napi-v8/ in the package to the library that its deps/ leads to.
      ...['-Wl,-rpath,$ORIGIN/../../deps/lib', '-ltensorflow', '-ltensorflow_framework', '-o', join(into, ADDON)],
    ]);
    if (outcome.status !== 0) {
      const first = outcome.output.split('\n').find((line) => line.includes('error')) ?? outcome.output.slice(-300);
      throw new SetupProblem(`${compiler} could not compile the addon: ${first}.`, 'Name another compiler in CXX.');
    }
  });
}

/** @param {import('../environment.mjs').Environment} environment */
export async function findCompiler({ compiler }) {
  for (const program of compiler ? [compiler] : ['g++', 'c++', 'clang++']) {
    if ((await run(program, ['--version'])).status === 0) return program;
  }
  throw new SetupProblem(
    'No C++ compiler was found.',
    'Install one (Debian, Ubuntu: `apt-get install g++`) or name it in CXX, then run this again.',
  );
}
