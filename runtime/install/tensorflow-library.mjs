// TensorFlow's C library, unpacked from its wheel into the cache in the layout that the addon expects.
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheLayout } from '../folders.mjs';
import { LINUX_X64, downloadWheel } from './pip.mjs';
import { CPU_WHEEL, CUDA_LIBRARIES, CUDA_WHEEL } from './tensorflow-pins.mjs';
import { buildWhole } from './whole-folder.mjs';
import { extractEntry, listZip } from './zip.mjs';

/** @typedef {'cpu' | 'gpu'} Build */

const LIBRARY = /^tensorflow\/(libtensorflow_(?:cc|framework)\.so\.2)$/;
const HEADER = /^tensorflow\/(include\/(?:tensorflow|tsl|xla\/tsl)\/(?:c\/|(?:core\/)?platform\/ctstring).*\.h)$/;
const CUDA_LIBRARY = /^(nvidia\/[^/]+\/(?:lib|bin|nvvm)\/.+)$/;

/** Names that the addon's linker and its package look for, and the file that each one is. */
const LINKS = {
  'libtensorflow.so': 'libtensorflow_cc.so.2',
  'libtensorflow.so.2': 'libtensorflow_cc.so.2',
  'libtensorflow.so.2.9.1': 'libtensorflow_cc.so.2',
  'libtensorflow_framework.so': 'libtensorflow_framework.so.2',
};

/** A driver, not a card: what the CUDA build needs from the machine. */
const DRIVER_SIGNS = ['/proc/driver/nvidia/version', '/dev/nvidiactl', '/usr/lib/wsl/lib/libcuda.so.1'];

/**
 * @param {import('../environment.mjs').Environment} environment
 * @returns {Build}
 */
export function chooseBuild({ device }) {
  if (device !== 'auto') return device;
  return DRIVER_SIGNS.some((path) => existsSync(path)) ? 'gpu' : 'cpu';
}

/**
 * @param {string} cacheFolder
 * @param {Build} build
 */
export function libraryFolder(cacheFolder, build) {
  const { name, version } = wheelOf(build);
  return join(cacheLayout(cacheFolder).tensorflow, `${name}-${version}`);
}

/**
 * @param {Build} build
 * @param {Omit<import('./part.mjs').PartContext, 'project'>} context
 */
export async function installLibrary(build, { environment, progress }) {
  const target = libraryFolder(environment.cacheFolder, build);
  if (existsSync(target)) return;
  await buildWhole(target, async (into, scratch) => {
    const how = { environment, progress, scratch, platform: LINUX_X64 };
    const wheel = await downloadWheel(wheelOf(build), how);
    progress.say('unpacking');
    await unpack(wheel, into, [LIBRARY, HEADER]);
    rmSync(wheel);
    for (const [name, file] of Object.entries(LINKS)) symlinkSync(file, join(into, 'lib', name));
    if (build === 'gpu') await addCudaLibraries(into, how);
  });
}

/**
 * @param {string} into
 * @param {Parameters<typeof downloadWheel>[1]} how
 */
async function addCudaLibraries(into, how) {
  for (const library of CUDA_LIBRARIES) {
    how.progress.say(`NVIDIA's libraries (4.5 GB on disk): ${library.name}`);
    const wheel = await downloadWheel(library, how);
    await unpack(wheel, into, [CUDA_LIBRARY]);
    rmSync(wheel);
  }
}

/**
 * @param {string} wheel
 * @param {string} into
 * @param {RegExp[]} patterns the first group of each is the place under `into`; libraries at the wheel's top go to `lib/`
 */
async function unpack(wheel, into, patterns) {
  for (const entry of listZip(wheel).values()) {
    const place = patterns.map((pattern) => pattern.exec(entry.name)?.[1]).find((one) => one !== undefined);
    if (place === undefined) continue;
    const target = join(into, place.includes('/') ? place : join('lib', place));
    mkdirSync(dirname(target), { recursive: true });
    await extractEntry(wheel, entry, target);
  }
}

/** @param {Build} build */
function wheelOf(build) {
  return build === 'gpu' ? CUDA_WHEEL : CPU_WHEEL;
}
