// The child process that trains: native TensorFlow blocks its event loop and may die, so nothing else lives here.
import { readEnvironment } from '../runtime/environment.mjs';
import { loadTensorflow } from '../runtime/tensorflow.ts';
import { computedBy } from './computed-by.ts';
import { toTrainerError } from './error-kind.ts';
import { BlockStore } from './disk/block-store.ts';
import { recipeOf } from './disk/recipe.ts';
import { freeBytes } from './joint-memory.ts';
import type { DiskSettings, FromTrainer, Said, ToTrainer, TrainRequest } from './messages.ts';
import { Pulse } from './pulse.ts';
import { ResidentBackbone } from './resident-backbone.ts';
import { MessageLine } from './message-line.ts';
import { Room } from './room.ts';
import { runTrial } from './run-trial.ts';
import { SharedSteps } from './shared-steps.ts';
import { SilenceMeter } from './silence.ts';
import type { Trained } from './train.ts';
import { peakMemoryMiB, UsageMeter } from './usage-meter.ts';

/** What the parent passes as the one argument, as JSON. */
export interface TrainerProcessSettings {
  threads?: number;
  hiddenStatesMiB: number;
  /** All that it may use; absent: nothing is refused. */
  memoryMiB?: number;
  hiddenStatesDisk?: DiskSettings;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as TrainerProcessSettings;
const resident = new ResidentBackbone(settings.hiddenStatesMiB * 2 ** 20, openDisk);
const meter = new UsageMeter(() => resident.counts());
const now = (): number => performance.timeOrigin + performance.now();
const steps = new SharedSteps({ now, free, say });
const room = new Room({ free, forget: () => resident.forget() });
const silence = new SilenceMeter();
const lines = new Map<number, MessageLine>();
/** Without those that are done and wait for the parent to hear it. */
const atWork = new Set<MessageLine>();

/** Bytes that steps may need at one time, beside all that stays. */
function free(): number {
  if (settings.memoryMiB === undefined) return Number.POSITIVE_INFINITY;
  return freeBytes(settings.memoryMiB * 2 ** 20, resident.keptBytes());
}

async function trainAndReport(ride: number, request: TrainRequest): Promise<void> {
  const line = new MessageLine((message) => process.send?.({ ride, message } satisfies Said));
  lines.set(ride, line);
  join(line);
  const pulse = new Pulse({
    ...{ now, steps: request.trial.training.steps, usage: () => meter.read(), silence },
    send: (message) => line.send(message),
    cancelled: () => line.isCancelled,
    accompanied: () => line.isAccompanied,
  });
  const end = await tensorflow
    .then((loaded) => line.send({ type: 'ready', ...computedBy(loaded) }))
    .then(() => runTrial(request, { resident, pulse, steps, room, now }))
    .then(toEnd, (error: unknown): FromTrainer => ({ type: 'failed', error: toTrainerError(error) }));
  atWork.delete(line);
  await pulse.send(end);
  lines.delete(ride);
}

function join(line: MessageLine): void {
  atWork.add(line);
  if (atWork.size === 1) return;
  for (const one of atWork) one.isAccompanied = true;
}

async function openDisk(): Promise<BlockStore | undefined> {
  if (settings.hiddenStatesDisk === undefined) return undefined;
  const { folder, limitMiB } = settings.hiddenStatesDisk;
  return new BlockStore({
    folder,
    limitBytes: limitMiB * 2 ** 20,
    recipe: recipeOf(computedBy(await tensorflow)),
    say,
  });
}

/** Of all trials alike: one of them says it. */
function say(text: string): void {
  void [...lines.values()][0]?.send({ type: 'notice', text });
}

function toEnd(trained: Trained): FromTrainer {
  if (trained.type === 'cancelled') return trained;
  return { ...trained, outcome: { ...trained.outcome, peakMemoryMiB: peakMemoryMiB() } };
}

process.on('message', (message: ToTrainer) => {
  const { type, ride } = message;
  if (type === 'train') void trainAndReport(ride, message.request);
  else if (type === 'cancel') lines.get(ride)?.cancel();
  else lines.get(ride)?.received();
});
// Without a parent there is nobody to train for.
process.on('disconnect', () => process.exit(0));
// Ctrl-C goes to the whole process group, and some supervisors' SIGTERM too; the parent decides what becomes of the trial.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
// Otherwise a file that grows past a limit ends the process: a write then fails, as on a full disk.
process.on('SIGXFSZ', () => undefined);

const { device, tf32 } = readEnvironment();
const tensorflow = loadTensorflow({
  device,
  tf32,
  ...(settings.threads === undefined ? {} : { threads: settings.threads }),
});
tensorflow.catch(() => undefined); // Told to the parent when a trial asks for it.
