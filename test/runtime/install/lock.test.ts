import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withLock } from '../../../runtime/install/lock.mjs';
import { temporaryFolder } from '../temporary.ts';

const MODULE = new URL('../../../runtime/install/lock.mjs', import.meta.url).href;

describe('the lock between processes', () => {
  test('two that want it at once take turns', async () => {
    const lock = join(temporaryFolder(), 'lock');
    const order: string[] = [];
    const work = (name: string) => async () => {
      order.push(`${name} in`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} out`);
    };
    await Promise.all(['a', 'b', 'c'].map((name) => withLock(lock, work(name))));
    for (let at = 0; at < order.length; at += 2) expect(order[at + 1]).toBe(order[at]!.replace('in', 'out'));
    expect(existsSync(lock)).toBe(false);
  });

  test('an owner that fails gives it back', async () => {
    const lock = join(temporaryFolder(), 'lock');
    await expect(withLock(lock, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await withLock(lock, () => Promise.resolve('free'))).toBe('free');
  });

  test('the lock of a killed process is taken over, by one of many', async () => {
    const lock = join(temporaryFolder(), 'lock');
    await killAnOwner(lock);
    expect(existsSync(lock)).toBe(true);
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    };
    await Promise.all(Array.from({ length: 5 }, () => withLock(lock, work)));
    expect(most).toBe(1);
  });

  test('a number that is used again by another process does not hold it', async () => {
    const lock = join(temporaryFolder(), 'lock');
    mkdirSync(lock);
    writeFileSync(join(lock, 'owner.json'), JSON.stringify({ pid: process.pid, started: 'another boot' }));
    expect(await withLock(lock, () => Promise.resolve('taken over'))).toBe('taken over');
  });

  test('another machine holds it as long as it touches it, though no process here has its number', async () => {
    const lock = join(temporaryFolder(), 'lock');
    mkdirSync(lock);
    writeFileSync(join(lock, 'owner.json'), JSON.stringify({ pid: 999_999_999, started: null, host: 'another' }));
    let looked = 0;
    const onLook = () => {
      looked++;
      // Its last touch: from here on it is silent.
      if (looked <= 10) utimesSync(lock, looked, looked);
    };
    expect(await withLock(lock, () => Promise.resolve('taken over'), { onLook, silentMs: 250 })).toBe('taken over');
    expect(looked).toBeGreaterThan(10);
  });
});

async function killAnOwner(lock: string): Promise<void> {
  const script = `
    const { withLock } = await import(${JSON.stringify(MODULE)});
    await withLock(${JSON.stringify(lock)}, () => {
      console.log('held');
      return new Promise((resolve) => setTimeout(resolve, 60_000));
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
