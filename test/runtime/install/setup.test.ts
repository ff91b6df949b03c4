import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { freePort } from '../../../runtime/ports.ts';
import { PROJECT } from '../../../runtime/project.ts';
import { temporaryFolder } from '../temporary.ts';

function setUp(args: string[], env: Record<string, string>): { status: number | null; output: string } {
  const options = { cwd: PROJECT, encoding: 'utf8', env } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/setup.mjs', ...args], options);
  return { status, output: stdout + stderr };
}

/** A machine on which nothing is installed but Node. */
function bareMachine(): { PATH: string; HOME: string } {
  const [PATH, HOME] = [temporaryFolder(), temporaryFolder()];
  symlinkSync(process.execPath, join(PATH, 'node'));
  return { PATH, HOME };
}

describe('set-up', () => {
  test('has nothing to do and says nothing where everything is in place', () => {
    expect(setUp(['--for', 'check'], bareMachine())).toEqual({ status: 0, output: '' });
  });

  test('says for each thing that it cannot bring what is missing and what to do, and leaves nothing half done', async () => {
    const machine = bareMachine();
    const HF_ENDPOINT = `http://127.0.0.1:${await freePort()}`;
    const { status, output } = setUp(['--for', 'start'], { ...machine, HF_ENDPOINT, LPT_SWEEP_DEVICE: 'cpu' });
    expect(status).toBe(1);
    expect(output).toMatch(
      /TensorFlow .*: No Python with pip was found\. Install it .* WebAssembly backend will be used/,
    );
    expect(output).toMatch(/Temporal .*: No Python with pip was found/);
    expect(output).toMatch(/BERT-base-uncased: Maven was not found\. .* hub did not help either/);
    expect(output).toContain('Set-up is not complete: Temporal');
    const left = readdirSync(machine.HOME, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(left).toEqual([]);
  });

  test('names a cache folder that cannot be made', () => {
    const machine = bareMachine();
    const inTheWay = join(machine.HOME, 'file');
    writeFileSync(inTheWay, '');
    const { status, output } = setUp([], { ...machine, LPT_SWEEP_CACHE: join(inTheWay, 'cache') });
    expect(status).toBe(1);
    expect(output).toContain(`${join(inTheWay, 'cache')} cannot be written (ENOTDIR). Set LPT_SWEEP_CACHE`);
  });

  test('clears up after one that was killed', () => {
    const machine = bareMachine();
    const leftover = join(machine.HOME, '.cache', 'lpt-sweep', 'datasets', '.part-999999999-x');
    mkdirSync(leftover, { recursive: true });
    setUp(['--for', 'start'], { ...machine, HF_ENDPOINT: 'http://127.0.0.1:1', LPT_SWEEP_DEVICE: 'cpu' });
    expect(readdirSync(join(leftover, '..'))).toEqual([]);
  });

  test('refuses another purpose with the ones that there are', () => {
    const { status, output } = setUp(['--for', 'fun'], bareMachine());
    expect(status).toBe(1);
    expect(output).toContain('[--for start|test|check]');
  });
});
