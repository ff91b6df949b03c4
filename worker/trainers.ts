// One trainer a device: a process for each card, or several on the processor that share its threads and memory.
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Observe } from '../activities/happening.ts';
import { childEnvironment, type Environment } from '../runtime/environment.mjs';
import { cacheLayout } from '../runtime/folders.mjs';
import type { DiskSettings } from '../training/messages.ts';
import { createTrainer, type Trainer } from '../training/trainer.ts';
import type { DeviceClass } from '../workflows/queues.ts';
import { detectDevice } from './device.ts';
import type { Log } from './log.ts';
import { trainerMemoryMiB } from './memory.ts';

export interface Trainers {
  deviceClass: DeviceClass;
  /** Of each. */
  memoryMiB: number;
  all: Trainer[];
  /** How many trials each trains at once. */
  joint: number;
  /** Ends their processes, whatever they are doing. */
  close: () => Promise<void>;
}

export interface TrainersOptions {
  environment: Environment;
  /** Absent: one on the processor, one a card. */
  trainers?: number;
  /** Trials of one backbone that a trainer trains at once; absent: one. */
  joint?: number;
  log: Log;
  observe: Observe;
}

/** A trainer's process starts with its first trial. */
export async function startTrainers({
  environment,
  trainers,
  joint = 1,
  log,
  observe,
}: TrainersOptions): Promise<Trainers> {
  const { device, threads, visibleCards } = environment;
  const deviceClass = await detectDevice(device);
  const plans = planTrainers({ deviceClass, trainers, threads, cards: cardsOf(visibleCards) });
  const memoryMiB = environment.memoryMiB ?? (await trainerMemoryMiB({ deviceClass, trainers: plans.length }));
  const disk = diskOf(environment);
  const all = plans.map(({ cards, ...plan }) =>
    createTrainer({
      ...{ ...plan, memoryMiB },
      ...(disk === undefined ? {} : { hiddenStatesDisk: disk }),
      env: childEnvironment({ CUDA_VISIBLE_DEVICES: cards }),
      say: (line) => log({ level: 'debug', event: 'trainer-wrote', message: `trainer: ${line}` }),
      onStart: (pid) => observe({ type: 'trainer-started', pid }),
      onDeath: (pid, how) => observe({ type: 'trainer-died', pid, how }),
      onRetire: (pid) => observe({ type: 'trainer-retired', pid }),
    }),
  );
  const close = async (): Promise<void> => {
    await Promise.all(all.map((trainer) => trainer.close()));
  };
  return { deviceClass, memoryMiB, all, joint, close };
}

/** One folder for all trainers of this machine: what one has computed the others find. */
function diskOf({ cacheFolder, hiddenStatesDiskMiB: limitMiB }: Environment): DiskSettings | undefined {
  return limitMiB === 0 ? undefined : { folder: cacheLayout(cacheFolder).hiddenStates, limitMiB };
}

export interface TrainerPlan {
  /** What its process sees of NVIDIA's cards; `-1`: none. */
  cards: string;
  /** TensorFlow's own choice where absent. */
  threads?: number;
}

export interface TrainersWanted {
  deviceClass: DeviceClass;
  trainers: number | undefined;
  /** Of each; absent: they share the cores. */
  threads: number | undefined;
  /** Those that may be used. */
  cards: readonly string[];
  cores?: number;
}

/** @throws an error for people when there are fewer cards than trainers asked for */
export function planTrainers({ deviceClass, trainers, threads, cards, cores }: TrainersWanted): TrainerPlan[] {
  const own = threads === undefined ? {} : { threads };
  if (deviceClass === 'gpu') {
    const count = trainers ?? cards.length;
    if (count <= cards.length) return cards.slice(0, count).map((card) => ({ cards: card, ...own }));
    throw new Error(`Expected \`--trainers\` to be at most ${cards.length}, one a graphics card, found ${count}.`);
  }
  const count = trainers ?? 1;
  const share = count === 1 ? {} : { threads: Math.max(1, Math.floor((cores ?? availableParallelism()) / count)) };
  return Array.from({ length: count }, () => ({ cards: '-1', ...share, ...own }));
}

/** Where NVIDIA's driver on Linux has a folder for each card. */
const CARDS = '/proc/driver/nvidia/gpus';

/** By number, or those that `CUDA_VISIBLE_DEVICES` leaves. One at least, for this is asked where TensorFlow has found one. */
export function cardsOf(visible: string | undefined, folder = CARDS): string[] {
  if (visible !== undefined) return visible.split(',').map((card) => card.trim());
  try {
    const cards = readdirSync(folder).map((_, index) => String(index));
    return cards.length === 0 ? ['0'] : cards;
  } catch {
    return ['0'];
  }
}
