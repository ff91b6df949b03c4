import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildWhole } from '../../../runtime/install/whole-folder.mjs';
import { temporaryFolder } from '../temporary.ts';

const MODULE = new URL('../../../runtime/install/whole-folder.mjs', import.meta.url).href;

describe('a folder that is installed', () => {
  test('an installation killed in the middle leaves nothing in its place, and the next one clears up', async () => {
    const parent = temporaryFolder();
    const target = join(parent, 'part');
    await killInTheMiddle(target);
    expect(existsSync(target)).toBe(false);
    expect(readdirSync(parent)).toHaveLength(1);
    await buildWhole(target, fill('whole'));
    expect(readdirSync(parent)).toEqual(['part']);
    expect(readFileSync(join(target, 'file'), 'utf8')).toBe('whole');
  });

  test('an installation that fails leaves what was there before', async () => {
    const parent = temporaryFolder();
    const target = join(parent, 'part');
    await buildWhole(target, fill('old'));
    await expect(
      buildWhole(target, (into) => {
        writeFileSync(join(into, 'file'), 'half');
        return Promise.reject(new Error('no network'));
      }),
    ).rejects.toThrow('no network');
    expect(readFileSync(join(target, 'file'), 'utf8')).toBe('old');
    expect(readdirSync(parent)).toEqual(['part']);
  });

  test('the work of a process that lives is not cleared away', async () => {
    const parent = temporaryFolder();
    await buildWhole(join(parent, 'outer'), async (into) => {
      await buildWhole(join(parent, 'inner'), fill('inner'));
      writeFileSync(join(into, 'file'), 'outer');
    });
    expect(readdirSync(parent).toSorted()).toEqual(['inner', 'outer']);
  });

  test('nor is the work of another machine, whose processes do not show here', async () => {
    const parent = temporaryFolder();
    mkdirSync(join(parent, '.part-999999999.node-7.cluster.AbCdEf'));
    await buildWhole(join(parent, 'own'), fill('own'));
    expect(readdirSync(parent).toSorted()).toEqual(['.part-999999999.node-7.cluster.AbCdEf', 'own']);
  });
});

function fill(text: string): (into: string) => Promise<void> {
  return (into) => {
    writeFileSync(join(into, 'file'), text);
    return Promise.resolve();
  };
}

async function killInTheMiddle(target: string): Promise<void> {
  const script = `
    const { buildWhole } = await import(${JSON.stringify(MODULE)});
    await buildWhole(${JSON.stringify(target)}, async (into) => {
      (await import('node:fs')).writeFileSync(into + '/file', 'half');
      console.log('in the middle');
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
