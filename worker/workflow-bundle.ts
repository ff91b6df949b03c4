// The workflows as one script, built once for each content of workflows/ and then kept.
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type Logger } from '@temporalio/worker';

const FOLDER = fileURLToPath(new URL('../workflows/', import.meta.url));
const SILENT: Logger = {
  log: () => undefined,
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** @returns the script's text. @throws when the workflows reach for a module that they may not have. */
export async function buildWorkflowBundle(interceptorModules: string[] = [], folder = FOLDER): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(folder, 'index.ts'),
    workflowInterceptorModules: interceptorModules,
    logger: SILENT,
  });
  return code;
}

/** @returns the path of the script, built if `folder` does not hold it yet */
export async function workflowBundle(folder: string, interceptorModules: string[] = []): Promise<{ codePath: string }> {
  const codePath = join(folder, `${await contentKey(interceptorModules)}.cjs`);
  const exists = await readFile(codePath).then(
    () => true,
    () => false,
  );
  if (exists) return { codePath };
  await mkdir(folder, { recursive: true });
  const unfinished = `${codePath}.${process.pid}`;
  await writeFile(unfinished, await buildWorkflowBundle(interceptorModules));
  await rename(unfinished, codePath);
  return { codePath };
}

async function contentKey(interceptorModules: string[]): Promise<string> {
  const hash = createHash('sha256');
  const { version } = createRequire(import.meta.url)('@temporalio/worker/package.json') as { version: string };
  hash.update(version).update(interceptorModules.join('\n'));
  for (const name of (await readdir(FOLDER)).sort()) hash.update(name).update(await readFile(join(FOLDER, name)));
  return hash.digest('hex').slice(0, 24);
}
