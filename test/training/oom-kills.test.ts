import { expect, test } from 'vitest';
import { isOomKill, oomKillsIn } from '../../training/oom-kills.ts';

test.each([
  ['killed while the kernel counted', { how: 'SIGKILL', killsBefore: 3, killsAfter: 4 }, true],
  ['killed by someone', { how: 'SIGKILL', killsBefore: 3, killsAfter: 3 }, false],
  ['ended for itself while another was killed', { how: 'exit code 1', killsBefore: 3, killsAfter: 4 }, false],
  ['aborted while another was killed', { how: 'SIGABRT', killsBefore: 3, killsAfter: 4 }, false],
  ['killed where the kernel does not count', { how: 'SIGKILL', killsBefore: null, killsAfter: null }, false],
  ['killed where the count was not known before', { how: 'SIGKILL', killsBefore: null, killsAfter: 4 }, false],
] as const)('a trainer %s', (_, death, expected) => {
  expect(isOomKill(death)).toBe(expected);
});

test('the count is read from the line of its name alone', () => {
  expect(oomKillsIn('drop_slab 0\noom_kill 12\nnuma_oom_kill 7\n')).toBe(12);
  expect(oomKillsIn('drop_slab 0\n')).toBeNull();
  expect(oomKillsIn('')).toBeNull();
});
