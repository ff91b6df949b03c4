import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { trialWorkflow } from '../../workflows/trial.ts';
import { quietTemporal, skippingTime } from '../support/temporal.ts';
import { Orchestra, type Script } from './orchestra.ts';

describe('a trial', () => {
  let environment: TestWorkflowEnvironment;
  beforeAll(async () => {
    quietTemporal();
    environment = await skippingTime();
  });
  afterAll(() => environment.teardown());

  async function run(script: Script): Promise<{ orchestra: Orchestra; state: string }> {
    const orchestra = new Orchestra(['trial']);
    orchestra.script = script;
    const { state } = await orchestra.play(environment, () =>
      environment.client.workflow.execute(trialWorkflow, {
        workflowId: orchestra.queue,
        taskQueue: orchestra.queue,
        args: [{ sweepId: 'sweep', trialId: 'trial', priority: 3, deviceClass: 'cpu' }],
      }),
    );
    return { orchestra, state };
  }

  test.each(['configuration', 'data', 'diverged'])('is not tried again after an error of kind %s', async (kind) => {
    const { orchestra, state } = await run(() => kind);
    expect(state).toBe('failed');
    expect(orchestra.attempts.get('trial')).toBe(1);
    expect(orchestra.errors.get('trial')?.kind).toBe(kind);
  });

  test.each([
    ['trainer-lost', 5],
    ['unknown', 5],
    ['out-of-memory', 4],
  ])('that keeps failing with %s is given up after %i attempts', async (kind, attempts) => {
    const { orchestra, state } = await run(() => kind);
    expect(state).toBe('failed');
    expect(orchestra.attempts.get('trial')).toBe(attempts);
    expect(orchestra.errors.get('trial')?.kind).toBe(kind);
  });

  test('waits out a long absence of the database, and still has its tries for other errors', async () => {
    const { orchestra, state } = await run((_, attempt) =>
      attempt <= 30 ? 'database-away' : attempt <= 34 ? 'trainer-lost' : 'complete',
    );
    expect(state).toBe('complete');
    expect(orchestra.attempts.get('trial')).toBe(35);
  });

  test('waits out a long absence of the hub', async () => {
    const { orchestra, state } = await run((_, attempt) => (attempt <= 30 ? 'hub-away' : 'complete'));
    expect(state).toBe('complete');
    expect(orchestra.attempts.get('trial')).toBe(31);
  });

  test('whose worker falls silent is tried again', async () => {
    let silent = true;
    const { orchestra, state } = await run(() => {
      if (silent) {
        silent = false;
        return 'worker-lost';
      }
      return 'complete';
    });
    expect(state).toBe('complete');
    expect(orchestra.attempts.get('trial')).toBe(2);
  });

  test('is left to other workers three times at most, then it is taken', async () => {
    const { orchestra, state } = await run(() => 'leave');
    expect(state).toBe('complete');
    expect(orchestra.attempts.get('trial')).toBe(4);
  });

  test('may be left three times again after another worker has lost it', async () => {
    const { orchestra, state } = await run((_, attempt) => (attempt === 3 ? 'worker-lost' : 'leave'));
    expect(state).toBe('complete');
    // Left twice, lost once, left three times, taken.
    expect(orchestra.attempts.get('trial')).toBe(7);
  });

  test('that finds its workers busy keeps its chances of being left to another', async () => {
    const { orchestra, state } = await run((_, attempt) => (attempt <= 5 ? 'busy' : 'leave'));
    expect(state).toBe('complete');
    // Five times nobody was free; left three times, taken.
    expect(orchestra.attempts.get('trial')).toBe(9);
  });

  test.each(['hang', 'break'])(
    'that is cancelled is cancelled and not failed, whatever its %s ends with',
    async (act) => {
      const orchestra = new Orchestra(['trial']);
      orchestra.script = () => act;
      await orchestra.play(environment, async () => {
        const handle = await environment.client.workflow.start(trialWorkflow, {
          workflowId: orchestra.queue,
          taskQueue: orchestra.queue,
          args: [{ sweepId: 'sweep', trialId: 'trial', priority: 3, deviceClass: 'cpu' }],
        });
        await vi.waitUntil(() => orchestra.running === 1, { timeout: 20_000 });
        await handle.cancel();
        await expect(handle.result()).rejects.toThrow();
        expect((await handle.describe()).status.name).toBe('CANCELLED');
      });
      expect(orchestra.idsIn('cancelled')).toEqual(['trial']);
      expect(orchestra.errors.size).toBe(0);
    },
  );
});
