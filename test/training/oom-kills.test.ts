import { expect, test } from 'vitest';
import { isOomKill, oomKillsIn } from '../../training/oom-kills.ts';

test.each([
  ['killed while the kernel counted', 'SIGKILL', 3, 4, true],
  ['killed by someone', 'SIGKILL', 3, 3, false],
  ['ended for itself while another was killed', 'exit code 1', 3, 4, false],
  ['aborted while another was killed', 'SIGABRT', 3, 4, false],
  ['killed where the kernel does not count', 'SIGKILL', null, null, false],
  ['killed where the count was not known before', 'SIGKILL', null, 4, false],
] as const)('a trainer %s', (_, how, killsBefore, killsAfter, expected) => {
  expect(isOomKill({ how, killsBefore, killsAfter })).toBe(expected);
});

test('the count is read from the line of its name alone', () => {
  expect(oomKillsIn('drop_slab 0\noom_kill 12\nnuma_oom_kill 7\n')).toBe(12);
  expect(oomKillsIn('drop_slab 0\n')).toBeNull();
  expect(oomKillsIn('')).toBeNull();
});
