import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildWorkflowBundle } from '../../worker/workflow-bundle.ts';
import { decodeHistory } from '../support/histories.ts';
import { quietTemporal } from '../support/temporal.ts';

const FOLDER = join(import.meta.dirname, '../histories');
const WORKFLOWS = join(import.meta.dirname, '../../workflows');

const read = (name: string) => decodeHistory(readFileSync(join(FOLDER, name), 'utf8'));

/** What the workflows' sources name with this pattern. */
function namedInSources(pattern: RegExp): string[] {
  const sources = readdirSync(WORKFLOWS).map((file) => readFileSync(join(WORKFLOWS, file), 'utf8'));
  return sources.flatMap((text) => [...text.matchAll(pattern)].map(([, name = '']) => name));
}

/** Activities that a history calls, signals and updates that came. */
function namedIn({ events }: ReturnType<typeof read>): string[] {
  const names = (events ?? []).flatMap((event) => [
    event.activityTaskScheduledEventAttributes?.activityType?.name,
    event.workflowExecutionSignaledEventAttributes?.signalName,
    event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input?.name,
  ]);
  return names.filter((name) => typeof name === 'string');
}

describe('the workflows of today', () => {
  let code: string;
  beforeAll(async () => {
    quietTemporal();
    code = await buildWorkflowBundle();
  });

  const histories = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

  test('have a recorded history with each activity that they call, and each message that they hear', () => {
    const wanted = [
      ...namedInSources(/\bquick\.(\w+)\(/g),
      ...namedInSources(/define(?:Signal|Update)(?:<.*>)?\('(\w+)'\)/g),
      'trainTrial',
    ];
    // All verbs, the two signals, and the activities.
    expect(new Set(wanted).size).toBeGreaterThan(15);
    const recorded = new Set(histories.flatMap((name) => namedIn(read(name))));
    expect(wanted.filter((name) => !recorded.has(name))).toEqual([]);
  });

  test('have two histories of every shape: of the sweep, and of one of its trials', () => {
    const of = (kind: string): string[] =>
      histories.filter((name) => name.startsWith(kind)).map((name) => name.slice(kind.length));
    expect(of('sweep-')).toEqual(of('trial-'));
    expect(of('sweep-').length * 2).toBe(histories.length);
  });

  test.each(histories)('take the same decisions as when %s was recorded', async (name) => {
    await expect(Worker.runReplayHistory({ workflowBundle: { code } }, read(name))).resolves.toBeUndefined();
  });

  test('would be caught if they decided otherwise', async () => {
    const recorded = readFileSync(join(FOLDER, 'sweep-complete.json'), 'utf8');
    const history = decodeHistory(recorded.replaceAll('"startSweep"', '"beginSweep"'));
    await expect(Worker.runReplayHistory({ workflowBundle: { code } }, history)).rejects.toThrow(/nondeterminism/i);
  });
});
