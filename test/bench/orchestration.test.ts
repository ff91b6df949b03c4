import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('bench:orchestration ends by itself where no sweep is run', async () => {
  const words = ['--import', 'tsx', 'bench/orchestration.ts', '--json', '--trials', '0', '--stored', '0'];
  const { stdout } = await promisify(execFile)(process.execPath, words, { timeout: 50_000 });
  expect(JSON.parse(stdout)).toMatchObject({ sweeps: [], queries: [] });
});
