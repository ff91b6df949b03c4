import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildWorkflowBundle } from '../../worker/workflow-bundle.ts';
import { decodeHistory } from '../support/histories.ts';
import { quietTemporal } from '../support/temporal.ts';

const FOLDER = join(import.meta.dirname, '../histories');

describe('the workflows of today', () => {
  let code: string;
  beforeAll(async () => {
    quietTemporal();
    code = await buildWorkflowBundle();
  });

  const histories = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

  test('have a recorded history of every shape', () => {
    const shapes = ['complete', 'with-failures', 'cancelled', 'paused', 'looked-again', 'continued'];
    expect(histories.sort()).toEqual(shapes.flatMap((shape) => [`sweep-${shape}.json`, `trial-${shape}.json`]).sort());
  });

  test.each(histories)('take the same decisions as when %s was recorded', async (name) => {
    const history = decodeHistory(readFileSync(join(FOLDER, name), 'utf8'));
    await expect(Worker.runReplayHistory({ workflowBundle: { code } }, history)).resolves.toBeUndefined();
  });

  test('would be caught if they decided otherwise', async () => {
    const recorded = readFileSync(join(FOLDER, 'sweep-complete.json'), 'utf8');
    const history = decodeHistory(recorded.replaceAll('"startSweep"', '"beginSweep"'));
    await expect(Worker.runReplayHistory({ workflowBundle: { code } }, history)).rejects.toThrow(/nondeterminism/i);
  });
});
