import { expect, test, vi } from 'vitest';
import { positiveFlag } from '../../bench/measuring/flags.ts';
import { readCacheOptions } from '../../bench/cache/options.ts';
import { readJointOptions } from '../../bench/joint/options.ts';
import { readPageOptions } from '../../bench/page/options.ts';
import { readMemoryOptions, readStepOptions } from '../../bench/step/options.ts';
import { readEnvironment } from '../../runtime/environment.mjs';

const environment = readEnvironment({});
const READERS: [string, string, (args: string[]) => object | null][] = [
  ['step', 'rounds', (args) => readStepOptions(args, environment)],
  ['memory', 'steps', (args) => readMemoryOptions(args, environment)],
  ['joint', 'threads', (args) => readJointOptions(args, environment)],
  ['page', 'runs', readPageOptions],
  ['cache', 'rounds', readCacheOptions],
];

test.each(READERS)('bench:%s refuses --%s that is no whole number before it measures anything', (_, option, read) => {
  expect(() => read([`--${option}`, 'abc'])).toThrow(`Expected --${option} to be a whole number from 1, found "abc".`);
  expect(read([`--${option}`, '3'])).toMatchObject({ [option]: 3, json: false });
});

test.each(READERS)('bench:%s --help prints its options and measures nothing', (name, _, read) => {
  const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    expect(read(['--help'])).toBeNull();
    expect(print).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(`npm run bench:${name} -- [--json]`));
  } finally {
    print.mockRestore();
  }
});

test('a number above 0 may be a part of one, and nothing else', () => {
  expect(positiveFlag('minutes', '0.5')).toBe(0.5);
  for (const text of ['0', '-1', '', 'abc', 'Infinity'])
    expect(() => positiveFlag('minutes', text)).toThrow(`Expected --minutes to be a number above 0, found "${text}".`);
});
