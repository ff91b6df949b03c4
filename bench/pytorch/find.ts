// PyTorch for comparison, in the cache folder: nothing of the program itself needs it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../runtime/environment.mjs';
import { findPython } from '../../runtime/install/pip.mjs';
import { createProgress } from '../../runtime/install/progress.mjs';
import { folderSize, errorLine, run } from '../../runtime/install/run.mjs';
import { buildWhole } from '../../runtime/install/whole-folder.mjs';

const TORCH = 'torch==2.15.0';

export interface Pytorch {
  program: string;
  env: Record<string, string>;
}

/**
 * A Python that imports torch: the machine's own where it does, else the pinned one, installed once into the cache.
 * @throws with the way out where there is no Python with pip, or the package cannot be had
 */
export async function findPytorch(environment: Environment): Promise<Pytorch> {
  const python = await findPython(environment);
  if (python === null) throw new Error('The comparison needs Python 3 with pip. Install it, or name one in PYTHON.');
  const own = await run(python.program, ['-c', 'import torch']);
  if (own.status === 0) return { program: python.program, env: {} };
  const folder = join(environment.cacheFolder, 'bench', 'pytorch');
  if (!existsSync(folder)) await install(python.program, folder);
  return { program: python.program, env: { PYTHONPATH: folder } };
}

async function install(program: string, folder: string): Promise<void> {
  const progress = createProgress(process.stderr);
  await progress.part(`PyTorch (${TORCH})`, (part) =>
    buildWhole(folder, async (into, scratch) => {
      const stop = part.follow(() => folderSize(into) + folderSize(scratch), 'installing (several GB)');
      const args = ['-m', 'pip', 'install', '-q', '--no-cache-dir', '--only-binary=:all:', '--target', into, TORCH];
      const { status, output } = await run(program, args, { env: { TMPDIR: scratch } });
      stop();
      if (status !== 0) throw new Error(`PyTorch could not be installed: ${errorLine(output)}`);
    }),
  );
}
