import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadCodec, UnreadablePayloadError } from '../../runtime/codec.ts';
import { audibleCodec } from '../../worker/audible-codec.ts';
import { sweepWorkflow } from '../../workflows/sweep.ts';
import { temporaryFolder } from '../runtime/temporary.ts';
import { encodeHistory } from '../support/histories.ts';
import { developmentServer, quietTemporal } from '../support/temporal.ts';
import { Orchestra } from './orchestra.ts';

const makeKey = (): string => randomBytes(32).toString('base64');

function keyFile(...keys: string[]): string {
  const path = join(temporaryFolder(), 'keys');
  writeFileSync(path, `${keys.join('\n')}\n`);
  return path;
}

describe('a sweep whose payloads are encrypted', () => {
  let environment: TestWorkflowEnvironment;
  beforeAll(async () => {
    quietTemporal();
    environment = await developmentServer();
  });
  afterAll(() => environment.teardown());

  const start = (orchestra: Orchestra, codec: PayloadCodec) => {
    const client = new Client({ connection: environment.connection, dataConverter: { payloadCodecs: [codec] } });
    return client.workflow.start(sweepWorkflow, {
      workflowId: orchestra.queue,
      taskQueue: orchestra.queue,
      args: [orchestra.input({ sweepId: `plain-${orchestra.queue}` })],
    });
  };

  test('runs to its end, and no payload of its histories can be read', async () => {
    const codec = await loadCodec({ codecKey: keyFile(makeKey()) });
    const orchestra = new Orchestra(['plain-trial-0', 'plain-trial-1']);
    orchestra.script = (id, attempt) => (id.endsWith('1') && attempt === 1 ? 'trainer-lost' : 'complete');
    orchestra.payloadCodecs = [codec];
    const histories = await orchestra.play(environment, async () => {
      const handle = await start(orchestra, codec);
      expect(await handle.result()).toEqual({ state: 'complete' });
      const trial = environment.client.workflow.getHandle(`sweep-plain-${orchestra.queue}-trial-plain-trial-1`);
      return Promise.all([handle, trial].map((one) => one.fetchHistory()));
    });
    const payloads = histories.flatMap((history) => [...encodeHistory(history).matchAll(/"data": "([^"]*)"/g)]);
    expect(payloads.length).toBeGreaterThan(10);
    for (const [, data = ''] of payloads) expect(Buffer.from(data, 'base64').toString()).not.toMatch(/plain|complete/);
    // What an attempt failed with: the words are a payload, the kind stays to be filtered by.
    const texts = histories.map(encodeHistory).join('\n');
    expect(texts).not.toContain('made to fail');
    expect(texts).toContain('"Encoded failure"');
    expect(texts).toContain('"type": "trainer-lost"');
    expect(orchestra.ended).toEqual(['plain-trial-1: trainer-lost']);
  });

  test('waits for a worker with the key: one without says what it lacks, once', async () => {
    const codec = await loadCodec({ codecKey: keyFile(makeKey()) });
    const orchestra = new Orchestra(['trial']);
    const said: string[] = [];
    orchestra.payloadCodecs = [audibleCodec(await loadCodec({}), (text) => said.push(text))];
    const handle = await start(orchestra, codec);
    const failed = async (): Promise<number> =>
      ((await handle.fetchHistory()).events ?? []).filter((event) => event.workflowTaskFailedEventAttributes).length;
    await orchestra.play(environment, () => vi.waitUntil(async () => (await failed()) > 0, { timeout: 20_000 }));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^Expected LPT_SWEEP_CODEC_KEY to hold the key [0-9a-f]{12} .* found none\./);
    orchestra.payloadCodecs = [codec];
    expect(await orchestra.play(environment, () => handle.result())).toEqual({ state: 'complete' });
  });
});

describe('a codec', () => {
  const payload = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('"words"') };

  test('reads with every key of its file and writes with the first, so that keys can be changed', async () => {
    const [old, fresh] = [makeKey(), makeKey()];
    const before = await loadCodec({ codecKey: keyFile(old) });
    const after = await loadCodec({ codecKey: keyFile(fresh, old) });
    const [decoded] = await after.decode(await before.encode([payload]));
    expect(Buffer.from(decoded!.data!).toString()).toBe('"words"');
    await expect(before.decode(await after.encode([payload]))).rejects.toThrow(UnreadablePayloadError);
    expect(await after.decode([payload])).toEqual([payload]);
  });

  test('refuses a payload of which one bit was changed', async () => {
    const codec = await loadCodec({ codecKey: keyFile(makeKey()) });
    const [sealed] = await codec.encode([payload]);
    const data = Buffer.from(sealed!.data!);
    data[20] = (data[20] ?? 0) ^ 1;
    await expect(codec.decode([{ ...sealed!, data }])).rejects.toThrow();
  });

  test('may be a module of the user', async () => {
    const path = join(temporaryFolder(), 'codec.mjs');
    writeFileSync(
      path,
      'export default { encode: async (p) => p.map((one) => ({ ...one, data: Buffer.from("x") })), decode: async (p) => p };',
    );
    const [encoded] = await (await loadCodec({ codec: path })).encode([payload]);
    expect(Buffer.from(encoded!.data!).toString()).toBe('x');
  });

  test('that cannot be had is named by its variable', async () => {
    const bad = keyFile('c2hvcnQ=');
    await expect(loadCodec({ codecKey: bad })).rejects.toThrow(
      'Expected LPT_SWEEP_CODEC_KEY to name a file with a key',
    );
    await expect(loadCodec({ codecKey: bad })).rejects.not.toThrow('c2hvcnQ');
    await expect(loadCodec({ codecKey: '/nowhere/key' })).rejects.toThrow('no readable file at /nowhere/key');
    await expect(loadCodec({ codec: '/nowhere/codec.mjs' })).rejects.toThrow(
      'Expected LPT_SWEEP_CODEC to name a module',
    );
    await expect(loadCodec({ codec: 'a', codecKey: 'b' })).rejects.toThrow('found both');
  });
});
