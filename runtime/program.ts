// Which program this is: its version, its commit where it runs from a checkout, and what it is built on.
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { ProgramProvenance } from '../sweep/provenance.ts';
import { run } from './install/run.mjs';
import { PROJECT } from './project.ts';

/** Those that compute the numbers, read the text, or keep what was computed. */
const PACKAGES = ['@tensorflow/tfjs-core', '@huggingface/tokenizers', '@temporalio/worker', 'drizzle-orm'];

/** Reads files and asks git: call it once a process. */
export async function describeProgram(folder = PROJECT): Promise<ProgramProvenance> {
  const versions = PACKAGES.map((name) => [name, versionOf(join(folder, 'node_modules', name))]);
  return {
    version: programVersion(folder),
    commit: await commitOf(folder),
    node: process.versions.node,
    packages: Object.fromEntries(versions) as Record<string, string>,
  };
}

/** Null without git, outside a checkout, and inside a checkout that is somebody else's. */
export async function commitOf(folder: string): Promise<ProgramProvenance['commit']> {
  const git = (...words: string[]) => run('git', ['-C', folder, ...words]);
  const top = await git('rev-parse', '--show-toplevel');
  if (top.status !== 0 || realpathSync(top.output.trim()) !== realpathSync(folder)) return null;
  const [head, changes] = [await git('rev-parse', 'HEAD'), await git('status', '--porcelain', '--untracked-files=no')];
  if (head.status !== 0 || changes.status !== 0) return null;
  return { id: head.output.trim(), dirty: changes.output.trim() !== '' };
}

/** As package.json has it. */
export function programVersion(folder = PROJECT): string {
  return versionOf(folder);
}

function versionOf(folder: string): string {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return version;
}
