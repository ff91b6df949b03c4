// Refuses a sweep with a trial that none of the workers can hold: it would wait for ever.
import { listLargest } from '../db/selection.ts';
import { listTrialKeys } from '../db/trial-keys.ts';
import type { PlannedTrial } from '../sweep/plan.ts';
import type { Spec } from '../sweep/spec.ts';
import { TRIAL_STATES, type TrialState } from '../sweep/states.ts';
import { queuesServed, trainingQueue, type DeviceClass } from '../workflows/queues.ts';
import type { Control } from './control.ts';
import type { PlannedSweep } from './plan.ts';
import type { Target } from './target.ts';
import { wantedDevice } from './workflow-device.ts';
import { chooseDeviceClass, liveOffers, type Offer } from './workers.ts';

/** No machine that is there holds the largest trial. */
export class TooLargeError extends Error {
  override name = 'TooLargeError';
}

type Sized = Pick<PlannedTrial, 'trial' | 'memoryMiB'>;

export interface Fitting {
  device: Spec['device'];
  trials: readonly Sized[];
  /** What a worker of this command's own would offer on such a device, which comes where nobody else trains. Absent: there shall be none. */
  offerHere?: ((device: Spec['device']) => Promise<Offer>) | undefined;
}

/** Where no worker is there yet, and none comes with the command, nothing can be said. @throws TooLargeError */
export async function refuseTooLarge(control: Control, { device, trials, offerHere }: Fitting): Promise<void> {
  const offers = await liveOffers(control);
  const classes = offers.map(({ deviceClass }) => deviceClass);
  const chosen = chooseDeviceClass(device, classes);
  if (chosen !== null && classes.includes(chosen)) refuseAmong(offers, chosen, trials);
  else if (offerHere !== undefined) refuseHere(await offerHere(device), trials);
}

export interface Starting extends Pick<Fitting, 'offerHere'> {
  planned: PlannedSweep;
}

/** Of these only `resume` or `continue` would run any again. */
const SETTLED = TRIAL_STATES.filter((state) => state !== 'waiting' && state !== 'running');

/** The same of a sweep that may be there already: what is settled there is not started. @throws TooLargeError */
export async function refuseTooLargeToStart(control: Control, { planned, offerHere }: Starting): Promise<void> {
  const { spec, plan } = planned;
  const settled = await listTrialKeys(control.database, spec.name, SETTLED);
  const trials = plan.trials.filter(({ trialKey }) => !settled.has(trialKey));
  await refuseTooLarge(control, { device: await wantedDevice(control, spec), trials, offerHere });
}

export interface GoingOn extends Pick<Fitting, 'offerHere'> {
  target: Target;
  /** Those that shall wait again. */
  states: readonly TrialState[];
}

/** The same of trials that are there already. @throws TooLargeError */
export async function refuseTooLargeAgain(control: Control, { target, states, offerHere }: GoingOn): Promise<void> {
  const trials = await listLargest(control.database, { ...target.choice, states });
  await refuseTooLarge(control, { device: await wantedDevice(control, target.sweep.spec), trials, offerHere });
}

/** @throws TooLargeError, which names the largest trial and this machine's memory */
export function refuseHere(offer: Offer, trials: readonly Sized[]): void {
  const tooLarge = largestUnheld([offer], trials);
  if (tooLarge === null) return;
  throw new TooLargeError(
    `Expected this machine to have ${tooLarge.memoryMiB} MiB for a trial of ${tooLarge.trial.method.method} on the ${offer.deviceClass}, found ${offer.memoryMiB ?? 0} MiB. ` +
      'Start `lpt-sweep worker` on a larger one. ' +
      SMALLER,
  );
}

/** @throws TooLargeError, which names the largest trial and the largest worker */
export function refuseAmong(offers: readonly Offer[], device: DeviceClass, trials: readonly Sized[]): void {
  const own = offers.filter(({ deviceClass }) => deviceClass === device);
  const tooLarge = largestUnheld(own, trials);
  if (tooLarge === null) return;
  const most = Math.max(...own.map((offer) => offer.memoryMiB ?? 0));
  throw new TooLargeError(
    `Expected a worker with ${tooLarge.memoryMiB} MiB for a trial of ${tooLarge.trial.method.method} on the ${device}, found ${most} MiB at the most. ` +
      'Start a larger worker. ' +
      SMALLER,
  );
}

const SMALLER =
  'A sweep that is yet to be launched may have a smaller `batchSize` instead, or `memoryMiB` in its file if the estimate is too high.';

/** @param offers all of one device; where there are none nothing can be said. */
function largestUnheld(offers: readonly Offer[], trials: readonly Sized[]): Sized | null {
  const [largest] = trials.toSorted((one, other) => other.memoryMiB - one.memoryMiB);
  const [{ deviceClass } = { deviceClass: undefined }] = offers;
  if (deviceClass === undefined || largest === undefined) return null;
  const queue = trainingQueue({ deviceClass, memoryMiB: largest.memoryMiB });
  return offers.some((offer) => holds(offer, queue)) ? null : largest;
}

function holds({ deviceClass, memoryMiB }: Offer, queue: string): boolean {
  return queuesServed({ deviceClass, ...(memoryMiB === null ? {} : { memoryMiB }) }).includes(queue);
}
