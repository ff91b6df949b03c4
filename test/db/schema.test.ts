import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { relative, join } from 'node:path';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

test('the committed migrations make exactly the tables that the schema describes', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'lpt-sweep-migrations-'));
  onTestFinished(() => rm(copy, { recursive: true }));
  await cp('db/migrations', copy, { recursive: true });
  const options = { dialect: 'postgresql', schema: 'db/schema.ts', out: relative('.', copy), casing: 'snake_case' };
  const flags = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  await promisify(execFile)(process.execPath, ['node_modules/drizzle-kit/bin.cjs', 'generate', ...flags]);
  expect(await readdir(copy)).toEqual(await readdir('db/migrations'));
});
