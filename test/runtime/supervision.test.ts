import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { identify, type ProcessIdentity } from '../../runtime/process-identity.mjs';
import { Supervision } from '../../runtime/supervision.ts';

async function deadProcess(): Promise<ProcessIdentity> {
  const child = spawn(process.execPath, ['-e', '']);
  const identity = identify(child.pid);
  await once(child, 'exit');
  return identity;
}

interface Watched {
  said: string[];
  calls: () => number;
}

function supervise(dead: ProcessIdentity, bringBack: (call: number) => ProcessIdentity[] | null): Watched {
  let calls = 0;
  const said: string[] = [];
  const supervision = new Supervision({
    processes: [identify(), dead],
    bringBack: () => Promise.resolve().then(() => bringBack((calls += 1))),
    say: (text) => said.push(text),
    everyMs: 1,
  });
  onTestFinished(() => supervision.stop());
  return { said, calls: () => calls };
}

test('what is gone is brought back, and looked after again', async () => {
  const dead = await deadProcess();
  const { calls, said } = supervise(dead, (call) => (call < 3 ? [identify(), dead] : [identify()]));
  await expect.poll(calls).toBe(3);
  expect(said).toEqual([]);
});

test('a server that does not start again is tried again, and told once a reason', async () => {
  const { calls, said } = supervise(await deadProcess(), (call) => {
    if (call < 4) throw new Error('its port is taken');
    return [identify()];
  });
  await expect.poll(calls).toBe(4);
  expect(said).toEqual(['An embedded server is gone and does not start again yet: its port is taken']);
});

test('what was stopped on purpose is left alone from then on', async () => {
  const { calls } = supervise(await deadProcess(), () => null);
  await expect.poll(calls).toBe(1);
  const dead = await deadProcess(); // many looks later
  const other = supervise(dead, (call) => (call < 5 ? [dead] : [identify()]));
  await expect.poll(other.calls).toBe(5);
  expect(calls()).toBe(1);
});
