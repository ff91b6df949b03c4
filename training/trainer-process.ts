// The child process that trains: native TensorFlow blocks its event loop and may die, so nothing else lives here.
import { readEnvironment } from '../runtime/environment.mjs';
import { hardwareName, operationThreads } from '../runtime/hardware.ts';
import { loadTensorflow, type LoadedTensorflow } from '../runtime/tensorflow.ts';
import type { TrainerProvenance } from '../sweep/provenance.ts';
import { toTrainerError } from './error-kind.ts';
import { BlockStore } from './disk/block-store.ts';
import { recipeOf } from './disk/recipe.ts';
import type { DiskSettings, FromTrainer, ToTrainer, TrainRequest } from './messages.ts';
import { Pulse } from './pulse.ts';
import { ResidentBackbone } from './resident-backbone.ts';
import { runTrial } from './run-trial.ts';
import type { Trained } from './train.ts';
import { peakMemoryMiB, UsageMeter } from './usage-meter.ts';

/** What the parent passes as the one argument, as JSON. */
export interface TrainerProcessSettings {
  threads?: number;
  hiddenStatesMiB: number;
  hiddenStatesDisk?: DiskSettings;
}

/** Messages that the parent has not yet dealt with; more than these wait here. */
const MOST_UNRECEIVED = 16;

const settings = JSON.parse(process.argv[2] ?? '{}') as TrainerProcessSettings;
const resident = new ResidentBackbone(settings.hiddenStatesMiB * 2 ** 20, openDisk);
const meter = new UsageMeter(() => resident.counts());
let cancelled = false;
let unreceived = 0;
let afterReceipt: (() => void) | null = null;

async function send(message: FromTrainer): Promise<void> {
  unreceived++;
  process.send?.(message);
  if (unreceived > MOST_UNRECEIVED) await new Promise<void>((resolve) => (afterReceipt = resolve));
}

function received(): void {
  unreceived--;
  if (unreceived > MOST_UNRECEIVED) return;
  afterReceipt?.();
  afterReceipt = null;
}

async function trainAndReport(request: TrainRequest): Promise<void> {
  cancelled = false;
  const now = (): number => performance.timeOrigin + performance.now();
  const { steps } = request.trial.training;
  const pulse = new Pulse({ send, cancelled: () => cancelled, now, steps, usage: () => meter.read() });
  const end = await tensorflow
    .then((loaded) => send({ type: 'ready', ...describe(loaded) }))
    .then(() => runTrial(request, { resident, pulse, now }))
    .then(toEnd, (error: unknown): FromTrainer => ({ type: 'failed', error: toTrainerError(error) }));
  await pulse.send(end);
}

async function openDisk(): Promise<BlockStore | undefined> {
  if (settings.hiddenStatesDisk === undefined) return undefined;
  const { folder, limitMiB } = settings.hiddenStatesDisk;
  const say = (text: string): void => void send({ type: 'notice', text });
  return new BlockStore({ folder, limitBytes: limitMiB * 2 ** 20, recipe: recipeOf(describe(await tensorflow)), say });
}

function describe({ backend, device, version }: LoadedTensorflow): TrainerProvenance {
  return { backend, tensorflow: version, device, hardware: hardwareName(device), threads: operationThreads(backend) };
}

function toEnd(trained: Trained): FromTrainer {
  if (trained.type === 'cancelled') return trained;
  return { ...trained, outcome: { ...trained.outcome, peakMemoryMiB: peakMemoryMiB() } };
}

process.on('message', (message: ToTrainer) => {
  if (message.type === 'train') void trainAndReport(message.request);
  else if (message.type === 'cancel') cancelled = true;
  else received();
});
// Without a parent there is nobody to train for.
process.on('disconnect', () => process.exit(0));
// Ctrl-C goes to the whole process group, and some supervisors' SIGTERM too; the parent decides what becomes of the trial.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
// Otherwise a file that grows past a limit ends the process: a write then fails, as on a full disk.
process.on('SIGXFSZ', () => undefined);

const { device } = readEnvironment();
const tensorflow = loadTensorflow({ device, ...(settings.threads === undefined ? {} : { threads: settings.threads }) });
tensorflow.catch(() => undefined); // Told to the parent when a trial asks for it.
