import { mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkDatabase } from '../../runtime/database.ts';
import { recordBefore } from '../../runtime/embedded-servers.ts';
import type { Environment } from '../../runtime/environment.mjs';
import { stateLayout } from '../../runtime/folders.mjs';
import { findTemporalCli } from '../../runtime/install/temporal.mjs';
import { freePort } from '../../runtime/ports.ts';
import { identify } from '../../runtime/process-identity.mjs';
import { readRecord, writeRecord } from '../../runtime/services-record.ts';
import { findServices, openServices, stopServices, type Services } from '../../runtime/services.ts';
import { noteFile, readNote, writeNote } from '../../runtime/temporal-folder.ts';
import { startTemporal } from '../../runtime/temporal.ts';
import { temporaryFolder, testEnvironment } from './temporary.ts';

const SECRET = 'do-not-print-me';
const say = (): void => undefined;

/** The servers outlive a test that fails, unless it says otherwise. */
function embedded(changes: Partial<Environment> = {}): Environment {
  const environment = testEnvironment(changes);
  onTestFinished(async () => {
    await stopServices({ environment });
  });
  return environment;
}

async function countWorkflows({ temporal }: Pick<Services, 'temporal'>): Promise<number> {
  const connection = await Connection.connect(temporal.connectionOptions);
  try {
    const client = new Client({ connection, namespace: temporal.namespace });
    return (await client.workflow.count("WorkflowType = 'sweep'")).count;
  } finally {
    await connection.close();
  }
}

async function startWorkflow({ temporal }: Pick<Services, 'temporal'>): Promise<void> {
  const connection = await Connection.connect(temporal.connectionOptions);
  try {
    const client = new Client({ connection, namespace: temporal.namespace });
    await client.workflow.start('sweep', {
      taskQueue: 'nobody-listens',
      workflowId: 'kept',
      typedSearchAttributes: [
        { key: defineSearchAttributeKey('SweepName', 'KEYWORD'), value: 'demo' },
        { key: defineSearchAttributeKey('InsertionLayer', 'INT'), value: 6 },
      ],
    });
  } finally {
    await connection.close();
  }
}

describe('the embedded servers', () => {
  test('two commands that start at once share one of each, and the last to leave stops them', async () => {
    const environment = embedded();
    const [one, other] = await Promise.all([openServices({ environment, say }), openServices({ environment, say })]);
    expect(one.temporal.connectionOptions).toEqual(other.temporal.connectionOptions);
    expect(one.databaseUrl).toBe(other.databaseUrl);
    expect([one.startedHere, other.startedHere].toSorted()).toEqual([false, true]);
    await one.close();
    expect((await findServices({ environment }))?.users).toEqual([process.pid]);
    await other.close();
    expect(await findServices({ environment })).toBeNull();
  });

  test('keep what they know between runs, also over SIGKILL', async () => {
    const environment = embedded();
    const first = await openServices({ environment, say });
    await startWorkflow(first);
    const running = await findServices({ environment });
    process.kill(running!.temporal!.pid, 'SIGKILL');
    process.kill(running!.postgres!.pid, 'SIGKILL');
    await stopServices({ environment });
    await first.close();
    const second = await openServices({ environment, say });
    expect(second.startedHere).toBe(true);
    await expect.poll(() => countWorkflows(second), { timeout: 20_000 }).toBe(1);
    await second.close();
  });

  test('killed while they are used come back at the same addresses, with what they knew, started by who uses them', async () => {
    const environment = embedded();
    const said: string[] = [];
    const services = await openServices({ environment, say: (text) => said.push(text) });
    const other = await openServices({ environment, say: (text) => said.push(text) });
    await startWorkflow(services);
    const before = await findServices({ environment });
    process.kill(before!.postgres!.pid, 'SIGKILL');
    process.kill(before!.temporal!.pid, 'SIGKILL');
    await expect.poll(() => said.filter((text) => text.includes('was gone')).length, { timeout: 30_000 }).toBe(2);
    const after = await findServices({ environment });
    expect(after!.postgres).toEqual({ pid: expect.any(Number) as number, port: before!.postgres!.port });
    expect(after!.postgres!.pid).not.toBe(before!.postgres!.pid);
    expect(after!.temporal).toEqual({ ...before!.temporal, pid: after!.temporal!.pid });
    await checkDatabase(services.databaseUrl);
    await expect.poll(() => countWorkflows(services), { timeout: 20_000 }).toBe(1);
    await services.close();
    await other.close();
    expect(await findServices({ environment })).toBeNull();
  });

  test('stopped on purpose stay stopped, and have their ports again when they are wanted again', async () => {
    const environment = embedded();
    const services = await openServices({ environment, say });
    const before = await findServices({ environment });
    await stopServices({ environment });
    await services.close();
    expect(await findServices({ environment })).toBeNull();
    const again = await openServices({ environment, say });
    const after = await findServices({ environment });
    expect(after!.postgres!.port).toBe(before!.postgres!.port);
    expect(after!.temporal!.address).toBe(before!.temporal!.address);
    await again.close();
  });

  test('stay after a command that keeps them, until they are stopped', async () => {
    const environment = embedded();
    const up = await openServices({ environment, say });
    await up.keep();
    await up.close();
    const command = await openServices({ environment, say });
    expect(command.startedHere).toBe(false);
    await command.close();
    expect(await findServices({ environment })).toMatchObject({ kept: true, users: [] });
    expect(await stopServices({ environment })).toEqual({ stopped: ['Temporal', 'Postgres'], elsewhere: null });
    expect(await stopServices({ environment })).toEqual({ stopped: [], elsewhere: null });
  });

  test('a port in use is named, and nothing is left running', async () => {
    const temporal = await occupiedPort();
    const environment = embedded({ ports: { temporal } });
    await expect(openServices({ environment, say })).rejects.toThrow(
      `Expected port ${temporal} to be free for Temporal (LPT_SWEEP_TEMPORAL_PORT)`,
    );
    expect(await findServices({ environment })).toBeNull();
  });
});

describe("a user's own cluster", () => {
  test('where nobody answers is named by its address, without keys, and nothing is started', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const environment = embedded({ temporal: { TEMPORAL_ADDRESS: address, TEMPORAL_API_KEY: SECRET } });
    const attempt = openServices({ environment, say });
    await expect(attempt).rejects.toThrow(`No Temporal server answers at ${address}`);
    await expect(attempt).rejects.not.toThrow(SECRET);
    expect(await findServices({ environment })).toBeNull();
  });

  test('is used instead of an embedded one; a namespace that is not there is named', async () => {
    const environment = embedded();
    const executable = findTemporalCli(environment)!.path;
    const own = await startTemporal({ executable, folder: null, uiPort: null });
    onTestFinished(() => own.stop());
    const temporal = { TEMPORAL_ADDRESS: own.address };
    const services = await openServices({ environment: { ...environment, temporal }, say });
    expect(services).toMatchObject({ embedded: { postgres: true, temporal: false }, searchAttributes: true });
    expect(services.temporal.connectionOptions.address).toBe(own.address);
    // Who brings both servers is no user of the embedded ones.
    const other = await openServices({
      environment: { ...environment, temporal, databaseUrl: services.databaseUrl },
      say,
    });
    expect((await findServices({ environment }))?.users).toEqual([process.pid]);
    await other.close();
    await services.close();
    const elsewhere = { ...environment, temporal: { ...temporal, TEMPORAL_NAMESPACE: 'nowhere' } };
    await expect(openServices({ environment: elsewhere, say })).rejects.toThrow('has no namespace "nowhere"');
  });
});

const OF_NODE_7 = { process: { pid: 999_999_999, started: null, host: 'node-7' }, address: '127.0.0.1:9', uiUrl: null };

describe('a folder that machines share', () => {
  test('has no second Temporal started on the data of one that another machine may be running', async () => {
    const folder = temporaryFolder();
    writeNote(folder, OF_NODE_7);
    const attempt = startTemporal({ executable: process.execPath, folder, uiPort: null });
    await expect(attempt).rejects.toThrow(
      /the Temporal in .* found one that node-7 has started .* remove .*server\.json/,
    );
  });

  test('has a Temporal adopted under a new name of its machine, and free for any once it is stopped', async () => {
    const folder = temporaryFolder();
    const executable = findTemporalCli(testEnvironment())!.path;
    const first = await startTemporal({ executable, folder, uiPort: null });
    onTestFinished(() => first.stop());
    const note = readNote(folder)!;
    writeNote(folder, { ...note, process: { ...note.process!, host: 'former-name' } });
    expect(await startTemporal({ executable, folder, uiPort: null })).toMatchObject({ adopted: true, pid: first.pid });
    expect(readNote(folder)).toEqual(note);
    await first.stop();
    expect(readNote(folder)).toEqual({ ...note, process: null });
  });

  test('keeps what is noted of the servers and users of another machine when `down` finds none here', async () => {
    const environment = testEnvironment();
    const { stateFolder } = environment;
    const { temporal } = stateLayout(stateFolder);
    mkdirSync(temporal);
    writeNote(temporal, OF_NODE_7);
    const users = [{ ...OF_NODE_7.process, token: 'its own' }];
    writeRecord(stateFolder, { kept: true, users: [...users, { ...identify(), token: 'ours' }] });
    expect(await stopServices({ environment })).toEqual({ stopped: [], elsewhere: 'node-7' });
    expect(readRecord(stateFolder)).toEqual({ kept: true, users });
    writeNote(temporal, { ...OF_NODE_7, process: null });
    expect(await stopServices({ environment })).toEqual({ stopped: [], elsewhere: null });
    expect(readRecord(stateFolder)).toEqual({ kept: false, users: [] });
  });

  test('has its servers stop with their command again once the note of a machine that is gone was removed', async () => {
    const environment = embedded();
    const { stateFolder } = environment;
    const { temporal } = stateLayout(stateFolder);
    mkdirSync(temporal);
    writeNote(temporal, OF_NODE_7);
    const left = { kept: true, users: [{ ...OF_NODE_7.process, token: 'its own' }] };
    writeRecord(stateFolder, left);
    await stopServices({ environment });
    expect(recordBefore(environment)).toEqual(left);
    rmSync(noteFile(temporal));
    const services = await openServices({ environment, say });
    expect((await findServices({ environment }))?.users).toEqual([process.pid]);
    await services.close();
    expect(await findServices({ environment })).toBeNull();
  });
});

test('a Temporal that cannot start says why, and leaves no record', async () => {
  const folder = temporaryFolder();
  const attempt = startTemporal({ executable: process.execPath, folder, uiPort: null });
  await expect(attempt).rejects.toThrow('Temporal did not start: it ended with');
  expect(await findServices({ environment: testEnvironment({ stateFolder: folder }) })).toBeNull();
});

async function occupiedPort(): Promise<number> {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return port;
}
