// The addon of TensorFlow.js, compiled once against the library in the cache and kept there for every clone.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.mjs';
import { SetupProblem } from './setup-problem.mjs';
import { buildWhole } from './whole-folder.mjs';

export const ADDON = 'tfjs_binding.node';
export const NAPI_VERSION = 8;

/**
 * @param {string} library the library's folder
 * @param {string} tfjs the folder of @tensorflow/tfjs-node-gpu
 */
export function addonFolder(library, tfjs) {
  const { version } = JSON.parse(readFileSync(join(tfjs, 'package.json'), 'utf8'));
  return join(library, `addon-${version}-napi${NAPI_VERSION}`);
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
    const outcome = await run(compiler, [
      ...['-std=c++17', '-O2', '-fPIC', '-shared', '-pthread', `-DNAPI_VERSION=${NAPI_VERSION}`],
      ...['-I', headers, '-I', join(library, 'include'), ...sources, '-L', join(library, 'lib')],
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
