// What is left of a command whose person, or whose reader, has gone.
import { Writable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { listenForSignals } from '../../cli/interruption.ts';
import { outputTo } from '../../cli/output.ts';
import { withSession } from '../../cli/session.ts';
import type { Terminal } from '../../cli/command.ts';
import { readEnvironment } from '../../runtime/environment.mjs';
import { useStage } from './stage.ts';

const stage = useStage();

function sessionOf(signal: AbortSignal): { worked: () => boolean; session: Promise<unknown> } {
  const environment = readEnvironment({
    ...{ HOME: '/nowhere', DATABASE_URL: stage.databaseUrl, TEMPORAL_ADDRESS: stage.temporalAddress },
    LPT_SWEEP_STATE: '/tmp',
  });
  let worked = false;
  const terminal = { environment, say: () => undefined, signal } as unknown as Terminal;
  const session = withSession(terminal, () => Promise.resolve((worked = true)));
  return { worked: () => worked, session };
}

test('a command that is interrupted before its work, or while its servers come up, does nothing and says so', async () => {
  const early = sessionOf(AbortSignal.abort());
  await expect(early.session).rejects.toThrow('Interrupted: nothing was started.');
  const during = new AbortController();
  const late = sessionOf(during.signal);
  during.abort();
  await expect(late.session).rejects.toThrow('Interrupted: nothing was started.');
  expect([early.worked(), late.worked()]).toEqual([false, false]);
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s stops a command, which says how to end it at once', (name) => {
  const before = process.listeners(name);
  const interrupted = new AbortController();
  const said: string[] = [];
  listenForSignals(interrupted, (text) => said.push(text));
  const added = process.listeners(name).filter((one) => !before.includes(one));
  onTestFinished(() => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) for (const one of added) process.off(signal, one);
  });
  expect(added).toHaveLength(1);
  for (const one of [...added, ...added]) one(name);
  expect(interrupted.signal.aborted).toBe(true);
  expect(said).toEqual(['Ends when what it does now is done; again ends at once.']);
});

test('a reader that has gone stops a command, and nothing more is written', async () => {
  const written: string[] = [];
  const stream = new Writable({
    autoDestroy: false,
    write: (chunk, _, done) => {
      written.push(String(chunk));
      done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    },
  });
  const output = await new Promise<ReturnType<typeof outputTo>>((resolve) => {
    const made = outputTo(stream, () => resolve(made));
    made.write('one');
  });
  output.write('two');
  expect([output.isCut, written]).toEqual([true, ['one']]);
});
