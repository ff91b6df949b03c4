// Refuses a sweep with a trial that none of the workers can hold: it would wait for ever.
import type { PlannedTrial } from '../sweep/plan.ts';
import type { Spec } from '../sweep/spec.ts';
import { queuesServed, trainingQueue, type DeviceClass } from '../workflows/queues.ts';
import type { Control } from './control.ts';
import { chooseDeviceClass, liveOffers, type Offer } from './workers.ts';

type Sized = Pick<PlannedTrial, 'trial' | 'memoryMiB'>;

/** Where no worker is there yet nothing can be said. @throws an error for people */
export async function refuseTooLarge(
  control: Control,
  { spec, trials }: { spec: Pick<Spec, 'device'>; trials: readonly Sized[] },
): Promise<void> {
  const offers = await liveOffers(control);
  const device = chooseDeviceClass(spec.device, offers.map(({ deviceClass }) => deviceClass)); // prettier-ignore
  if (device !== null) refuseAmong(offers, device, trials);
}

/** @throws an error for people that names the largest trial and the largest worker */
export function refuseAmong(offers: readonly Offer[], device: DeviceClass, trials: readonly Sized[]): void {
  const own = offers.filter(({ deviceClass }) => deviceClass === device);
  const [largest] = trials.toSorted((one, other) => other.memoryMiB - one.memoryMiB);
  if (own.length === 0 || largest === undefined) return;
  const { memoryMiB } = largest;
  const queue = trainingQueue({ deviceClass: device, memoryMiB });
  if (own.some((offer) => holds(offer, queue))) return;
  const most = Math.max(...own.map((offer) => offer.memoryMiB ?? 0));
  throw new Error(
    `Expected a worker with ${memoryMiB} MiB for a trial of ${largest.trial.method.method} on the ${device}, found ${most} MiB at the most. ` +
      'Start a larger worker, use a smaller `batchSize`, or set `memoryMiB` in the sweep file if the estimate is too high.',
  );
}

function holds({ deviceClass, memoryMiB }: Offer, queue: string): boolean {
  return queuesServed({ deviceClass, ...(memoryMiB === null ? {} : { memoryMiB }) }).includes(queue);
}
