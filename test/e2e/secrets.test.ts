import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listAttempts } from '../../db/attempts.ts';
import { trialResults } from '../../db/views.ts';
import { childEnvironment } from '../../runtime/environment.mjs';
import { createAuthority } from '../support/certificates.ts';
import { encodeHistory } from '../support/histories.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { developmentServer } from '../support/temporal.ts';
import { startFront, type TemporalFront } from '../support/temporal-front.ts';
import { tinyReviews, writeTinyBackbone } from '../support/tiny-backbone.ts';
import { endAll, follow } from './installed.ts';

const API_KEY = 'eyJ-a-key-that-nobody-may-see';
const HUB_TOKEN = 'hf_a-token-that-nobody-may-see';
const BIN = join(import.meta.dirname, '../../cli/bin.mjs');

const sweepFile = (name: string, backbone: string): string => `name: ${name}
backbone: ./${backbone}
tasks: [{ task: mr, data: ./reviews }]
regime: { fewShot: 32, devSize: 40 }
dataSeeds: [13]
training: { steps: 20, batchSize: 8, evaluateEvery: 10 }
methods:
  - { method: lpt, insertionLayer: 1, promptLength: 3, generator: none }
`;

describe('a sweep on servers of the user, through TLS with a client certificate and an API key', () => {
  let folder: string;
  let db: TestDatabase;
  let temporal: TestWorkflowEnvironment;
  let front: TemporalFront;
  let told: string;
  let histories: string;
  let sealed: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lpt-sweep-secrets-'));
    await chmod(folder, 0o755);
    await writeTinyBackbone(join(folder, 'backbone'));
    await mkdir(join(folder, 'reviews'));
    await writeFile(join(folder, 'reviews/train.tsv'), tinyReviews(120));
    await writeFile(join(folder, 'reviews/test.tsv'), tinyReviews(40));
    await writeFile(join(folder, 'sound.yaml'), sweepFile('sound', 'backbone'));
    await writeTinyBackbone(join(folder, 'broken'));
    await breakWeights(join(folder, 'broken/model.safetensors'));
    await writeFile(join(folder, 'unsound.yaml'), sweepFile('unsound', 'broken'));
    [db, temporal] = await Promise.all([createTestDatabase(), developmentServer()]);
    const authority = createAuthority('authority');
    front = await startFront({ authority, address: temporal.address, asksForCertificate: true, apiKey: API_KEY });
    const { certificate, key } = authority.issue('client');
    const variables = {
      DATABASE_URL: db.url,
      TEMPORAL_ADDRESS: front.address,
      TEMPORAL_API_KEY: API_KEY,
      TEMPORAL_TLS_SERVER_CA_CERT_DATA: authority.certificate,
      TEMPORAL_TLS_SERVER_NAME: 'temporal.test',
      TEMPORAL_TLS_CLIENT_CERT_DATA: certificate,
      TEMPORAL_TLS_CLIENT_KEY_DATA: key,
      LPT_SWEEP_STATE: join(folder, 'state'),
      HF_TOKEN: HUB_TOKEN,
      LPT_SWEEP_LOG: 'debug',
    };
    const launches = ['sound', 'unsound'].map((name) => ['launch', `${name}.yaml`, '--watch']);
    const commands = [...launches, ['status', 'unsound'], ['show', 'unsound/0'], ['doctor']];
    const all: string[] = [];
    for (const words of commands) all.push(await sweep(words, variables));
    told = all.join('\n');
    expect(told).toContain('Sweep unsound: failed');
    histories = await allHistories();
    await writeFile(join(folder, 'keys'), randomBytes(32).toString('base64'));
    await writeFile(join(folder, 'sealed.yaml'), sweepFile('sealed', 'broken'));
    await sweep(['launch', 'sealed.yaml', '--watch'], { ...variables, LPT_SWEEP_CODEC_KEY: join(folder, 'keys') });
    sealed = await allHistories(`SweepName = 'sealed'`);
  });

  afterAll(async () => {
    await endAll();
    await front.close();
    await temporal.teardown();
    await db.drop();
    await rm(folder, { recursive: true, force: true });
  });

  async function sweep(words: string[], variables: Record<string, string>): Promise<string> {
    const env = childEnvironment({ LPT_SWEEP_DEVICE: 'cpu', LPT_SWEEP_THREADS: '1', ...variables });
    const child = spawn(process.execPath, [BIN, ...words], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const { said, out } = await follow(child).ended;
    return [...said, out].join('\n');
  }

  /** Of every workflow, with its payloads readable. */
  async function allHistories(query = ''): Promise<string> {
    const texts: string[] = [];
    for await (const { workflowId, runId } of temporal.client.workflow.list({ query })) {
      const text = encodeHistory(await temporal.client.workflow.getHandle(workflowId, runId).fetchHistory());
      texts.push(
        text,
        ...[...text.matchAll(/"data": "([^"]*)"/g)].map(([, data = '']) => Buffer.from(data, 'base64').toString()),
      );
    }
    return texts.join('\n');
  }

  test('has one trial that ended well, and others that failed, by client and worker alike', async () => {
    const rows = await db.database.select().from(trialResults);
    expect(rows.map(({ state, errorKind }) => `${state} ${errorKind}`).sort()).toEqual([
      'complete null',
      'failed configuration',
      'failed configuration',
    ]);
    expect(front.authorizations).toEqual(new Set([`Bearer ${API_KEY}`]));
    expect([...front.methods]).toContain('StartWorkflowExecution');
    expect([...front.methods]).toContain('PollActivityTaskQueue');
  });

  test('says neither password nor key nor token in output, logs, histories and stored errors', async () => {
    const rows = await db.database.select().from(trialResults);
    const attempts = (await Promise.all(rows.map(({ trialId }) => listAttempts(db.database, trialId)))).flat();
    const stored = JSON.stringify([rows, attempts]);
    const { password } = new URL(db.url);
    expect(password.length).toBeGreaterThan(10);
    expect(told).toContain('finite numbers');
    expect(histories).toContain('finite numbers');
    expect(histories).toContain('sweepWorkflow');
    for (const secret of [password, API_KEY, HUB_TOKEN, 'BEGIN PRIVATE KEY']) {
      for (const text of [told, histories, stored]) expect(text).not.toContain(secret);
    }
  });

  test('whose payloads are encrypted shows Temporal neither what is sent nor what went wrong', async () => {
    const rows = await db.database.select().from(trialResults);
    const failed = rows.find(({ sweep: of, state }) => of === 'sealed' && state === 'failed');
    expect(failed?.errorMessage).toContain('finite numbers');
    expect(sealed).toContain('sweepWorkflow');
    expect(sealed).toContain('Encoded failure');
    for (const readable of ['finite numbers', '"sweepId"', '"trialId"']) {
      expect(histories).toContain(readable);
      expect(sealed).not.toContain(readable);
    }
  });

  test('puts no sentence of its data into a history', async () => {
    const files = await Promise.all(
      ['train', 'test'].map((name) => readFile(join(folder, `reviews/${name}.tsv`), 'utf8')),
    );
    const sentences = files
      .flatMap((text) => text.trim().split('\n').slice(1))
      .map((line) => line.split('\t')[0] ?? '');
    expect(sentences.length).toBeGreaterThan(100);
    expect(histories).toContain('trialWorkflow');
    expect(sentences.filter((sentence) => sentence.length < 10 || histories.includes(sentence))).toEqual([]);
  });
});

/** Numbers that are none: the trainer refuses them. */
async function breakWeights(file: string): Promise<void> {
  const bytes = await readFile(file);
  await writeFile(file, bytes.fill(0xff, bytes.length - 4096));
}
