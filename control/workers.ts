// Who is there to train: asked of Temporal, which knows who polls a queue.
import { hostname } from 'node:os';
import type { temporal } from '@temporalio/proto';
import { readClock } from '../db/client.ts';
import { isAlive } from '../runtime/process-identity.mjs';
import type { Spec } from '../sweep/spec.ts';
import { parseWorkerIdentity, type WorkerName } from '../workflows/ids.ts';
import { DEVICE_CLASSES, type DeviceClass } from '../workflows/queues.ts';
import type { Control } from './control.ts';

/** Temporal remembers a poller for minutes after it died; a live one asks again within this. */
const FRESH_MS = 75_000;

/** What a live worker offers its trials. */
export interface Offer {
  deviceClass: DeviceClass;
  /** Of each trainer; null: whatever is needed. */
  memoryMiB: number | null;
}

/**
 * Asked of the workflows' queue: a worker whose trainers are all busy does not poll for more training, but it always polls
 * that one.
 */
export async function liveOffers({ client, database, workflowQueue }: Control): Promise<Offer[]> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: workflowQueue },
  });
  const nowMs = await serversNow(database, pollers);
  const live = pollers
    .filter((poller) => isLive(poller, nowMs))
    .flatMap(({ identity }) => parseWorkerIdentity(identity ?? '') ?? []);
  return live.flatMap(({ device, memoryMiB }) => {
    const deviceClass = DEVICE_CLASSES.find((one) => one === device);
    return deviceClass === undefined ? [] : [{ deviceClass, memoryMiB }];
  });
}

/** Device classes that some worker trains on now. */
export async function classesWithWorkers(control: Control): Promise<DeviceClass[]> {
  const offers = await liveOffers(control);
  return DEVICE_CLASSES.filter((deviceClass) => offers.some((offer) => offer.deviceClass === deviceClass));
}

/** The sweep file decides; else the best device that a worker offers. Null: nobody can tell yet. */
export function chooseDeviceClass(wanted: Spec['device'], offered: readonly DeviceClass[]): DeviceClass | null {
  if (wanted !== 'auto') return wanted;
  if (offered.includes('gpu')) return 'gpu';
  return offered.includes('cpu') ? 'cpu' : null;
}

type Poller = temporal.api.taskqueue.v1.IPollerInfo;

/** This machine's clock may be wrong by hours. Temporal does not tell its own time, but Postgres does, and a poll is never in the future. */
async function serversNow(database: Control['database'], pollers: Poller[]): Promise<number> {
  return Math.max(await readClock(database), ...pollers.map(askedAt));
}

function isLive(poller: Poller, nowMs: number): boolean {
  const worker = parseWorkerIdentity(poller.identity ?? '');
  return nowMs - askedAt(poller) < FRESH_MS && (worker === null || !isKnownDead(worker));
}

function askedAt({ lastAccessTime }: Poller): number {
  return Number(lastAccessTime?.seconds ?? 0) * 1000;
}

function isKnownDead({ pid, host }: WorkerName): boolean {
  return host === hostname() && !isAlive({ pid, started: null });
}
