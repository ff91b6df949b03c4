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

export interface BundleOptions {
  /** Of the workflows. */
  folder?: string;
  interceptorModules?: string[];
  /** Whether the words of failures become payloads, which a codec can encode. */
  encodesFailures?: boolean;
}

/** See `encoded-failures.mjs`. */
export const ENCODED_FAILURES = join(FOLDER, 'encoded-failures.mjs');

/** @returns the script's text. @throws when the workflows reach for a module that they may not have. */
export async function buildWorkflowBundle(options: BundleOptions = {}): Promise<string> {
  const { folder = FOLDER, interceptorModules = [], encodesFailures = false } = options;
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(folder, 'index.ts'),
    workflowInterceptorModules: interceptorModules,
    ...(encodesFailures ? { failureConverterPath: ENCODED_FAILURES } : {}),
    logger: SILENT,
  });
  return code;
}

/** @returns the path of the script, built if `folder` does not hold it yet */
export async function workflowBundle(folder: string, options: BundleOptions = {}): Promise<{ codePath: string }> {
  const codePath = join(folder, `${await contentKey(options)}.cjs`);
  const exists = await readFile(codePath).then(
    () => true,
    () => false,
  );
  if (exists) return { codePath };
  await mkdir(folder, { recursive: true });
  const unfinished = `${codePath}.${process.pid}`;
  await writeFile(unfinished, await buildWorkflowBundle(options));
  await rename(unfinished, codePath);
  return { codePath };
}

async function contentKey({ interceptorModules = [], encodesFailures = false }: BundleOptions): Promise<string> {
  const hash = createHash('sha256');
  const { version } = createRequire(import.meta.url)('@temporalio/worker/package.json') as { version: string };
  hash.update([version, encodesFailures, ...interceptorModules].join('\n'));
  for (const name of (await readdir(FOLDER)).sort()) hash.update(name).update(await readFile(join(FOLDER, name)));
  return hash.digest('hex').slice(0, 24);
}
