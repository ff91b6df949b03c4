import { readFile } from 'node:fs/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { OwnWorker } from '../../cli/own-worker.ts';
import { Restarts } from '../../cli/restarts.ts';
import { isAlive } from '../../runtime/process-identity.mjs';
import { fileWith } from '../support/data-files.ts';

/** Pauses until it is given up, which is the last. */
function pausesOf(restarts: Restarts, signal: NodeJS.Signals | null): (number | null)[] {
  const pauses: (number | null)[] = [];
  while (pauses.at(-1) !== null) pauses.push(restarts.after(signal));
  return pauses;
}

test('a worker that never starts by itself is given up at its third end, with longer pauses between', () => {
  expect(pausesOf(new Restarts(), null)).toEqual([1_000, 2_000, null]);
  expect(pausesOf(new Restarts(), 'SIGSEGV')).toEqual([1_000, 2_000, null]);
});

test('a worker that was ready once has more tries, and each time that it is ready all of them', () => {
  const restarts = new Restarts();
  restarts.ready();
  expect(pausesOf(restarts, null)).toHaveLength(10);
  restarts.ready();
  expect(pausesOf(restarts, null).slice(3)).toEqual([8_000, 16_000, 30_000, 30_000, 30_000, 30_000, null]);
});

test('kills are no failed starts, but not borne for ever', () => {
  expect(pausesOf(new Restarts(), 'SIGKILL')).toHaveLength(20);
});

async function ownWorkerRunning(
  script: (file: string) => string,
  signal: AbortSignal = new AbortController().signal,
): Promise<{ own: OwnWorker; said: string[]; starts: string }> {
  const starts = await fileWith('starts', '');
  const program = await fileWith('worker.mjs', script(JSON.stringify(starts)));
  const said: string[] = [];
  const own = new OwnWorker({
    ...{ say: (text) => said.push(text), device: 'cpu', program, signal },
    restarts: new Restarts({ firstPauseMs: 1 }),
    onGivingUp: () => undefined,
  });
  onTestFinished(() => own.stop());
  return { own, said, starts };
}

test('a worker that is killed four times before it is ready is started a fifth time', async () => {
  const { own, said, starts } = await ownWorkerRunning(
    (file) => `
      import { appendFileSync, readFileSync } from 'node:fs';
      appendFileSync(${file}, 'x');
      if (readFileSync(${file}).length < 5) process.kill(process.pid, 'SIGKILL');
      process.send({ type: 'ready', device: 'cpu' });
      process.on('SIGTERM', () => process.exit());`,
  );
  expect(await own.start()).toBe('cpu');
  expect(said).toHaveLength(4);
  expect(said[0]).toContain('The worker ended (SIGKILL): it is started again');
  expect(await readFile(starts, 'utf8')).toBe('xxxxx');
});

test('a worker that cannot start is given up with its last words', async () => {
  const { own } = await ownWorkerRunning(() => `console.error('no room for TensorFlow'); process.exitCode = 1;`);
  await expect(own.start()).rejects.toThrow(
    'The worker does not start (exit code 1). It last said:\nno room for TensorFlow',
  );
});

test('a worker that ends because a person has interrupted is not started again', async () => {
  const interrupted = new AbortController();
  const { own, said, starts } = await ownWorkerRunning(
    (file) => `
      import { appendFileSync } from 'node:fs';
      appendFileSync(${file}, process.pid + '\\n');
      setInterval(() => undefined, 1000);`,
    interrupted.signal,
  );
  const started = own.start();
  await vi.waitUntil(async () => (await readFile(starts, 'utf8')).endsWith('\n'), { timeout: 60_000 });
  const pid = Number(await readFile(starts, 'utf8'));
  interrupted.abort();
  process.kill(pid, 'SIGINT'); // as the terminal does
  await expect(started).rejects.toThrow('Interrupted while its worker was starting.');
  await vi.waitUntil(() => !isAlive({ pid, started: null }), { timeout: 60_000 });
  expect([said, await readFile(starts, 'utf8')]).toEqual([[], `${pid}\n`]);
  await expect(own.start()).rejects.toThrow('Interrupted: nothing was started.');
});
