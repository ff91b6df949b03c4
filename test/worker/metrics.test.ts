import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createMetrics } from '../../worker/metrics.ts';
import { startMetricsServer } from '../../worker/metrics-server.ts';

const FACTS = { worker: '1@here/cpu', device: 'cpu', version: '0' };
const OF = { sweep: 'demo', trial: 'demo/3', trialId: 'an-id', attempt: 2 };
const USAGE = {
  ...{ pid: 7, hits: 5, fills: 2, diskHits: 3, damaged: 1, hiddenStatesBytes: 4096, hiddenStatesDiskBytes: 8192 },
  ...{ unwritten: 4, peakMemoryMiB: 3 },
};

test('counts attempts, steps, hidden states, checkpoints and what the fence refused', async () => {
  const { registry, observe } = createMetrics(FACTS);
  observe({ type: 'attempt-begun', of: OF, resumedFromStep: null });
  const work = { phase: 'training', step: 2, startedAt: 0, ms: 60, stepMs: [20, 40], usage: USAGE } as const;
  observe({ type: 'trainer-said', of: OF, event: { type: 'worked', work: { ...work, stepMs: [20, 40] } } });
  observe({ type: 'checkpoint-saved', of: OF, step: 2, bytes: 1500, ms: 10 });
  observe({ type: 'write-refused', of: OF, message: 'newer' });
  observe({ type: 'attempt-ended', of: OF, end: 'failed', ms: 1, kind: 'trainer-lost' });
  const page = (await registry.metrics()).split('\n');
  expect(page).toEqual(
    expect.arrayContaining([
      'lpt_sweep_attempts_total{end="failed",kind="trainer-lost"} 1',
      'lpt_sweep_attempts_running 0',
      'lpt_sweep_steps_total 2',
      // 20 ms lies in the bucket up to 25 ms, 40 ms in the one up to 50 ms.
      'lpt_sweep_step_duration_seconds_bucket{le="0.025"} 1',
      'lpt_sweep_step_duration_seconds_bucket{le="0.05"} 2',
      'lpt_sweep_hidden_states_hits_total 5',
      'lpt_sweep_hidden_states_misses_total 2',
      'lpt_sweep_hidden_states_unwritten_total 4',
      'lpt_sweep_hidden_states_bytes{trainer="7"} 4096',
      // 3 MiB
      'lpt_sweep_trainer_peak_memory_bytes{trainer="7"} 3145728',
      'lpt_sweep_checkpoint_bytes_sum 1500',
      'lpt_sweep_refused_writes_total 1',
    ]),
  );
});

test('a trainer that is gone has nothing kept and no memory, and only one that died counts as a death', async () => {
  const { registry, observe } = createMetrics(FACTS);
  for (const pid of [7, 8]) {
    const work = { phase: 'loading', step: 0, startedAt: 0, ms: 60, usage: { ...USAGE, pid } } as const;
    observe({ type: 'trainer-said', of: OF, event: { type: 'worked', work } });
  }
  expect((await registry.metrics()).match(/trainer="\d"/g)).toHaveLength(6);
  observe({ type: 'trainer-retired', pid: 7 });
  observe({ type: 'trainer-died', pid: 8, how: 'SIGKILL' });
  const page = await registry.metrics();
  expect(page).not.toContain('trainer="');
  expect(page).toContain('lpt_sweep_trainer_deaths_total 1\n');
});

test('every metric of ours is explained in docs/metrics.md, and none is that does not exist', async () => {
  const { registry } = createMetrics(FACTS);
  const text = await readFile(join(import.meta.dirname, '../../docs/metrics.md'), 'utf8');
  const documented = new Set(text.match(/lpt_sweep_\w+/g));
  const ours = registry.getMetricsAsArray().map(({ name }) => name);
  expect([...documented].sort()).toEqual(ours.filter((name) => name.startsWith('lpt_sweep_')).sort());
});

test("one page shows ours and Temporal's, and ours alone while Temporal's do not answer", async () => {
  const temporal = createServer((_, response) => void response.end('temporal_requests 1\n')).listen(0, '127.0.0.1');
  await once(temporal, 'listening');
  const temporalAddress = `127.0.0.1:${(temporal.address() as AddressInfo).port}`;
  const { registry } = createMetrics(FACTS);
  const server = await startMetricsServer({ registry, host: '127.0.0.1', port: 0, temporalAddress });
  try {
    const page = async () => (await fetch(server.url)).text();
    expect(await page()).toMatch(/lpt_sweep_worker_info\{.*\} 1[\s\S]*temporal_requests 1/);
    temporal.close();
    temporal.closeAllConnections();
    await once(temporal, 'close');
    expect(await page()).toContain("Temporal's exporter does not answer");
    const { port } = new URL(server.url);
    await expect(startMetricsServer({ registry, host: '127.0.0.1', port: Number(port) })).rejects.toThrow(
      /Expected 127\.0\.0\.1:\d+ to be free for metrics, found EADDRINUSE/,
    );
  } finally {
    await server.close();
  }
});
