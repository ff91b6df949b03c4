import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { buildWorkflowBundle } from '../../worker/workflow-bundle.ts';
import { decodeHistory } from '../support/histories.ts';
import { quietTemporal } from '../support/temporal.ts';

const PROJECT = join(import.meta.dirname, '../..');
const WORKFLOWS = join(PROJECT, 'workflows');
const MIGRATIONS = join(PROJECT, 'db/migrations');

/** The workflows with one of their files rewritten, replayed against what was recorded. */
async function replayChanged(change: (source: string) => string): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'lpt-sweep-changed-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  // The bundler looks for Temporal's modules from there.
  symlinkSync(join(PROJECT, 'node_modules'), join(home, 'node_modules'));
  writeFileSync(join(home, 'package.json'), '{"type":"module"}');
  const folder = join(home, 'workflows');
  cpSync(WORKFLOWS, folder, { recursive: true });
  const source = readFileSync(join(WORKFLOWS, 'sweep.ts'), 'utf8');
  const changed = change(source);
  expect(changed).not.toBe(source);
  writeFileSync(join(folder, 'sweep.ts'), changed);
  const code = await buildWorkflowBundle({ folder });
  const history = decodeHistory(readFileSync(join(PROJECT, 'test/histories/sweep-complete.json'), 'utf8'));
  await Worker.runReplayHistory({ workflowBundle: { code } }, history);
}

const START = 'if (input.settled === undefined) await quick.startSweep';

describe('a change of the workflows', () => {
  beforeAll(() => quietTemporal());

  test('that sweeps under way would not survive fails the replay of what was recorded', async () => {
    const change = replayChanged((source) =>
      source.replace(START, `await sleep(10);\n    ${START}`).replace('isCancellation,', 'isCancellation,\n  sleep,'),
    );
    await expect(change).rejects.toThrow(/nondeterminism/i);
  });

  test('behind a patch leaves sweeps under way on their old path', async () => {
    await replayChanged((source) =>
      source
        .replace(START, `if (patched('rest-first')) await sleep(10);\n    ${START}`)
        .replace('isCancellation,', 'isCancellation,\n  patched,\n  sleep,'),
    );
  });

  test('behind a patch comes with a migration, by which older workers are refused', () => {
    const sources = readdirSync(WORKFLOWS).map((name) => readFileSync(join(WORKFLOWS, name), 'utf8'));
    const patches = sources.flatMap((text) => [...text.matchAll(/\bpatched\('([^']+)'\)/g)].map(([, id = '']) => id));
    const migrations = readdirSync(MIGRATIONS).filter((name) => name.endsWith('.sql'));
    const text = migrations.map((name) => readFileSync(join(MIGRATIONS, name), 'utf8')).join('\n');
    expect(patches.filter((id) => !text.includes(`-- workflow patch: ${id}`))).toEqual([]);
  });
});
