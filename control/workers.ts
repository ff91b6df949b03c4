// Who is there to train: asked of Temporal, which knows who polls a queue.
import { hostname } from 'node:os';
import type { temporal } from '@temporalio/proto';
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
export async function liveOffers({ client, workflowQueue }: Control): Promise<Offer[]> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: workflowQueue },
  });
  const live = pollers.filter(isLive).flatMap(({ identity }) => parseWorkerIdentity(identity ?? '') ?? []);
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

function isLive({ lastAccessTime, identity }: temporal.api.taskqueue.v1.IPollerInfo): boolean {
  const askedMs = Number(lastAccessTime?.seconds ?? 0) * 1000;
  const worker = parseWorkerIdentity(identity ?? '');
  return Date.now() - askedMs < FRESH_MS && (worker === null || !isKnownDead(worker));
}

function isKnownDead({ pid, host }: WorkerName): boolean {
  return host === hostname() && !isAlive({ pid, started: null });
}
