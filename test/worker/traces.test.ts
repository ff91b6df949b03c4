import { createServer, type Server } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createActivities } from '../../activities/index.ts';
import { TrainerPool } from '../../activities/trainer-pool.ts';
import { openControl } from '../../control/control.ts';
import { launch } from '../../control/launch.ts';
import { startTracing } from '../../runtime/tracing.ts';
import { createWorkers } from '../../worker/temporal-workers.ts';
import { traceHappenings } from '../../worker/trace-happenings.ts';
import { tracingModules, workerTracing } from '../../worker/tracing.ts';
import { buildWorkflowBundle } from '../../worker/workflow-bundle.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { PROGRAM } from '../support/provenance.ts';
import { ScriptedTrainer } from '../support/scripted-trainer.ts';
import { developmentServer, quietTemporal } from '../support/temporal.ts';
import { sweepOnTinyBackbone } from '../support/tiny-sweep.ts';
import { FACTS, outcomeOf } from '../support/trials.ts';

interface Span {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
}
interface Export {
  resourceSpans: { scopeSpans: { spans: Span[] }[] }[];
}

let environment: TestWorkflowEnvironment;
let db: TestDatabase;
let receiver: Server;
const spans: Span[] = [];

beforeAll(async () => {
  quietTemporal();
  [environment, db] = await Promise.all([developmentServer(), createTestDatabase()]);
  receiver = createServer((request, response) => {
    void buffer(request).then((body) => {
      const sent = JSON.parse(body.toString()) as Export;
      spans.push(...sent.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
});
afterAll(async () => {
  receiver.close();
  receiver.closeAllConnections();
  await environment.teardown();
  await db.drop();
});

/** Names from the root of the trace down to a span. */
function pathTo(span: Span): string[] {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return parent === undefined ? [span.name] : [...pathTo(parent), span.name];
}

test('one trace leads from launch through sweep, trial and attempt to the training of its steps', async () => {
  const { port } = receiver.address() as AddressInfo;
  const tracesUrl = `http://127.0.0.1:${port}/v1/traces`;
  const tracing = await startTracing({ tracesUrl, version: '0', say: () => undefined });
  if (tracing === null) throw new Error('Expected tracing to be on, found it off.');
  const { sweep, folder } = await sweepOnTinyBackbone();
  const usage = {
    ...{ pid: 1, hits: 1, fills: 0, diskHits: 0, damaged: 0, hiddenStatesBytes: 0, hiddenStatesDiskBytes: 0 },
    ...{ unwritten: 0, peakMemoryMiB: 1 },
  };
  const work = { phase: 'training' as const, step: 2, startedAt: 1000, ms: 60, stepMs: [20, 40], usage };
  const trainer = new ScriptedTrainer({
    events: [{ type: 'worked', work }],
    end: { type: 'finished', outcome: outcomeOf(0.7, 0.6), best: null },
  });
  const workflowQueue = `test-${randomUUID()}`;
  const temporal = { connectionOptions: { address: environment.address }, namespace: 'default' };
  const control = {
    ...(await openControl({
      ...{ databaseUrl: db.url, temporal, searchAttributes: false },
      interceptors: tracing.clientInterceptors,
    })),
    workflowQueue,
  };
  const workers = await createWorkers({
    ...{ connection: environment.nativeConnection, namespace: 'default', deviceClass: 'cpu', trainers: 1 },
    ...{ identity: '1@elsewhere/cpu', workflowQueue, tracing: await workerTracing(tracing) },
    workflowBundle: { code: await buildWorkflowBundle({ interceptorModules: tracingModules() }) },
    activities: createActivities({
      ...{ database: db.database, trainers: new TrainerPool([trainer]), worker: '1@elsewhere/cpu', device: 'cpu' },
      ...{ program: PROGRAM, say: () => undefined, observe: traceHappenings() },
      resolveBackbone: () => Promise.resolve({ folder }),
      findData: ({ data }) => Promise.resolve(data.files),
    }),
  });
  const run = workers.run();
  const plan = { trials: sweep.trials.slice(0, 1), excluded: 0, folded: 0, warnings: [] };
  const planned = { spec: sweep.spec, facts: FACTS, plan };
  const launched = await launch(control, { planned, source: 'x', chooseDevice: () => Promise.resolve('cpu') });
  await control.client.workflow.getHandle(`sweep-${launched.sweep.id}`).result();
  workers.shutdown();
  await run;
  await control.close();
  await tracing.close();
  await vi.waitUntil(() => spans.some(({ name }) => name === 'training'), { timeout: 20_000, interval: 50 });
  const training = spans.find(({ name }) => name === 'training');
  const path = training === undefined ? [] : pathTo(training);
  expect(path[0]).toBe('launch');
  expect(path.filter((name) => /^(launch|RunWorkflow:|RunActivity:|training)/.test(name))).toEqual([
    'launch',
    'RunWorkflow:sweepWorkflow',
    'RunWorkflow:trialWorkflow',
    'RunActivity:trainTrial',
    'training',
  ]);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
});
