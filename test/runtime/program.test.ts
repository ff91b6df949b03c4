import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hardwareName, productPrecision } from '../../runtime/hardware.ts';
import { commitOf, describeProgram } from '../../runtime/program.ts';
import { temporaryFolder } from '../support/data-files.ts';

function git(folder: string, ...words: string[]): string {
  const identity = ['-c', 'user.name=Somebody', '-c', 'user.email=somebody@example.org'];
  return execFileSync('git', ['-C', folder, ...identity, ...words], { encoding: 'utf8' }).trim();
}

async function checkout(): Promise<string> {
  const folder = await temporaryFolder();
  git(folder, 'init', '--quiet');
  await writeFile(join(folder, 'tracked.txt'), 'one\n');
  git(folder, 'add', 'tracked.txt');
  git(folder, 'commit', '--quiet', '--message', 'first');
  return folder;
}

describe('the program', () => {
  test('is its version, and the versions of what it is built on', async () => {
    const { version, node, packages } = await describeProgram();
    expect(version).toMatch(/^\d+\.\d+\.\d+/);
    expect(node).toBe(process.versions.node);
    expect(packages).toMatchObject({ '@tensorflow/tfjs-core': '4.22.0', 'drizzle-orm': '0.45.4' });
  });

  test('in a checkout has its commit, which is dirty as soon as a tracked file differs', async () => {
    const folder = await checkout();
    const id = git(folder, 'rev-parse', 'HEAD');
    await writeFile(join(folder, 'my-sweep.yaml'), 'name: mine\n');
    expect(await commitOf(folder)).toEqual({ id, dirty: false });
    await writeFile(join(folder, 'tracked.txt'), 'two\n');
    expect(await commitOf(folder)).toEqual({ id, dirty: true });
  });

  test('outside a checkout, or inside that of another project, has none', async () => {
    expect(await commitOf(await temporaryFolder())).toBeNull();
    const inside = join(await checkout(), 'vendor');
    await mkdir(inside);
    expect(await commitOf(inside)).toBeNull();
  });
});

describe('a graphics card', () => {
  test('is called what its driver calls it, and unknown where no driver says', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, '0000:00:04.0'));
    const text = 'Model: \t\t NVIDIA H100 80GB HBM3\nIRQ:   \t\t 30\n';
    await writeFile(join(folder, '0000:00:04.0', 'information'), text);
    expect(hardwareName('gpu', folder)).toBe('NVIDIA H100 80GB HBM3');
    expect(hardwareName('gpu', join(folder, 'absent'))).toBe('unknown');
  });

  test('has products in 32 bits unless it may round, and a processor always', () => {
    expect([productPrecision('gpu', true), productPrecision('gpu', false)]).toEqual(['tf32', 'float32']);
    expect(productPrecision('cpu', true)).toBe('float32');
  });
});
