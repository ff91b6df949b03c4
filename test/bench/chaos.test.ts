import { spawn } from 'node:child_process';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { computing } from '../../bench/chaos/processes.ts';
import { runChaos } from '../../bench/chaos/run.ts';
import { isLate, PARTS, planSchedule, type Disturbance } from '../../bench/chaos/schedule.ts';

describe('a schedule of disturbances', () => {
  test('is decided by its seed', () => {
    expect(planSchedule({ seed: 7, seconds: 120 })).toEqual(planSchedule({ seed: 7, seconds: 120 }));
    expect(planSchedule({ seed: 7, seconds: 120 })).not.toEqual(planSchedule({ seed: 8, seconds: 120 }));
  });

  test.each([1, 2, 3])('kills every part within three minutes, and lasts no longer (seed %i)', (seed) => {
    const planned = planSchedule({ seed, seconds: 180 });
    const killed = new Set(planned.flatMap(({ act, part }) => (act === 'kill' ? [part] : [])));
    expect([...killed].sort()).toEqual([...PARTS].sort());
    expect(planned.map(({ at }) => at)).toEqual(planned.map(({ at }) => at).toSorted((one, other) => one - other));
    expect(planned.at(-1)?.at).toBeLessThan(180_000);
  });
});

describe('a schedule, for every seed', () => {
  const planned = Array.from({ length: 50 }, (_, seed) => planSchedule({ seed: seed + 1, seconds: 180 }));
  const lateOnes = (schedule: Disturbance[]): Disturbance[] => schedule.filter(isLate);

  test('holds a worker up past its heartbeat, also in a minute', () => {
    for (const schedule of planned) {
      const [first] = lateOnes(schedule);
      expect(first?.part).toBe('worker');
      expect(first?.at).toBeLessThan(60_000);
    }
  });

  test('does not kill the machine while a part is held up, nor for the moment after in which it writes', () => {
    for (const schedule of planned) {
      const machines = schedule.filter(({ part, act }) => part === 'machine' && act === 'kill');
      for (const { at, lasts } of lateOnes(schedule))
        expect(machines.filter((machine) => machine.at > at && machine.at < at + lasts + 3_000)).toEqual([]);
    }
  });
});

test('who computes is told from who waits', async () => {
  const [busy, idle] = ['for (;;);', 'setInterval(() => {}, 1000)'].map((code) =>
    spawn(process.execPath, ['-e', code]),
  );
  onTestFinished(() => [busy, idle].forEach((child) => child?.kill('SIGKILL')));
  await vi.waitUntil(async () => (await computing()).has(busy?.pid ?? 0), { timeout: 30_000 });
  await vi.waitUntil(async () => !(await computing()).has(idle?.pid ?? 0), { timeout: 30_000 });
});

const kill = (at: number, part: Disturbance['part']): Disturbance => ({ at, part, act: 'kill', lasts: 200, choice: 0 });

test('a sweep whose trainer, Postgres and Temporal are killed, and then everything at once, ends with the numbers of an undisturbed one', async () => {
  const report = await runChaos({
    ...{ seed: 1, trials: 4, steps: 60, workers: 1, patienceMs: 200_000, say: () => undefined },
    // The servers are down before the sweep can be over.
    schedule: [kill(100, 'trainer'), kill(400, 'postgres'), kill(900, 'temporal'), kill(4_000, 'machine')],
  });
  expect(report.broken).toEqual([]);
  expect(report).toMatchObject({ trials: 4, lost: 0, duplicates: 0, leftRunning: 0, differing: 0 });
  expect(report.kills.postgres + report.kills.temporal).toBeGreaterThan(0);
  expect(report.checkpointEvery).toBe(10);
  expect(report.repeatedSteps.most).toBeLessThanOrEqual(10);
});
