// Ends a server that we may not be the parent of, and waits until it is gone.
import { setTimeout as pause } from 'node:timers/promises';
import { isAlive, type ProcessIdentity } from './process-identity.mjs';

const GRACE_MS = 20_000;
const LOOK_AGAIN_MS = 20;

export async function stopProcess(
  identity: ProcessIdentity,
  { signal, force = 'SIGKILL' }: { signal: NodeJS.Signals; force?: NodeJS.Signals },
): Promise<void> {
  if (!send(identity, signal)) return;
  send(identity, 'SIGCONT'); // one that is held up hears nothing else before
  if (await isGone(identity, GRACE_MS)) return;
  send(identity, force);
  if (await isGone(identity, GRACE_MS)) return;
  throw new Error(`Process ${identity.pid} does not end.`);
}

function send(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    return process.kill(identity.pid, signal);
  } catch {
    return false; // it ended by itself in this moment
  }
}

async function isGone(identity: ProcessIdentity, within: number): Promise<boolean> {
  const end = performance.now() + within;
  while (performance.now() < end) {
    if (!isAlive(identity)) return true;
    await pause(LOOK_AGAIN_MS);
  }
  return false;
}
