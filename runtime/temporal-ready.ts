// Waits until a Temporal server answers.
import { setTimeout as pause } from 'node:timers/promises';
import { LOOPBACK, isListening } from './ports.ts';
import { checkTemporal } from './temporal-cluster.ts';

const READY_MS = 30_000;
const LOOK_AGAIN_MS = 20;

/** A gRPC channel that is refused once waits a second before it tries again: so the bare port first, then the namespace. */
export async function waitUntilReady(address: string, isGone: () => boolean): Promise<void> {
  const [host = LOOPBACK, port] = address.split(':');
  const end = performance.now() + READY_MS;
  for (;;) {
    try {
      if (!(await isListening(host, Number(port)))) throw new Error(`nothing listens at ${address}`);
      await checkTemporal({ connectionOptions: { address }, namespace: 'default' });
      if (!isGone()) return;
      throw new Error('it ended');
    } catch (error) {
      if (isGone() || performance.now() > end) throw error;
    }
    await pause(LOOK_AGAIN_MS);
  }
}
