// A trial's state as bytes, small enough for a database row: any host can go on from it, to the last bit.
import * as tf from '@tensorflow/tfjs-core';
import { ConfigurationError } from '../data/error.ts';
import type { Method } from '../lpt/method.ts';
import { LARGEST_CHECKPOINT_BYTES } from '../sweep/disk.ts';
import { FIRST_READING } from '../sweep/reading.ts';
import type { Seconds } from '../sweep/throughput.ts';
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from './safetensors.ts';
import type { TrainingState } from './training-state.ts';

const FORMAT = 'lpt-sweep-checkpoint-1';
const BEST_FORMAT = 'lpt-sweep-weights-1';
/** Value, two moments and best value of each trained number. */
const COPIES = 4;

/** What a state is of: no other may go on from it. */
interface Origin {
  trialKey: string;
  /** See `readingOf`. */
  reading: string;
}

/** `name` is what a person calls it. */
type ExportedTrial = Origin & { name: string };

type Position = Pick<TrainingState, 'step' | 'evaluatedAt' | 'best' | 'jointSteps'> & {
  /** Both are absent in checkpoints of earlier versions. */
  seconds?: Seconds;
  wasAccompanied?: boolean;
};

/** Null where the state is too large to be kept. */
export async function encodeCheckpoint(
  state: TrainingState,
  { trialKey, reading }: Origin,
): Promise<Uint8Array | null> {
  const { trained } = state.method;
  if (trained.length === 0 || COPIES * bytesOf(state) > LARGEST_CHECKPOINT_BYTES) return null;
  const tensors: Record<string, StoredTensor> = {};
  for (const { name, variable } of trained) {
    const moments = state.optimizer.moments().get(name);
    if (!moments) throw new Error(`Expected moments for ${name}, found none.`);
    tensors[`value/${name}`] = await download(variable);
    tensors[`first/${name}`] = await download(moments.first);
    tensors[`second/${name}`] = await download(moments.second);
    const best = state.best?.weights.get(name);
    if (best) tensors[`best/${name}`] = { shape: variable.shape, values: best };
  }
  const { step, evaluatedAt, best, jointSteps, wasAccompanied } = state;
  const seconds = state.time.seconds();
  const met = { jointSteps, wasAccompanied };
  const position = { step, evaluatedAt, ...met, seconds, best: best && { step: best.step, score: best.score } };
  return encodeSafetensors(tensors, { format: FORMAT, trialKey, reading, position: JSON.stringify(position) });
}

/**
 * @returns false, and nothing is restored, where an earlier version gave the trial other texts
 * @throws ConfigurationError where the bytes are not a checkpoint of this trial
 */
export function restoreCheckpoint(state: TrainingState, bytes: Uint8Array, { trialKey, reading }: Origin): boolean {
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (metadata['format'] !== FORMAT || metadata['trialKey'] !== trialKey) {
    const found = `${String(metadata['format'])} of ${String(metadata['trialKey'])}`;
    throw new ConfigurationError(`Expected a checkpoint (${FORMAT}) of trial ${trialKey}, found ${found}.`);
  }
  if (readingIn(metadata) !== reading) return false;
  const position = JSON.parse(metadata['position'] ?? '{}') as Position;
  const weights = new Map<string, Float32Array>();
  for (const { name, variable } of state.method.trained) {
    const stored = (part: string): StoredTensor => {
      const tensor = tensors[`${part}/${name}`];
      if (tensor?.values.length === variable.size) return tensor;
      throw new ConfigurationError(
        `Expected ${part}/${name} [${variable.shape.join()}] in the checkpoint, found none.`,
      );
    };
    const upload = (part: string): tf.Tensor => tf.tensor(stored(part).values, variable.shape, 'float32');
    const value = upload('value');
    variable.assign(value);
    value.dispose();
    state.optimizer.restore(name, { first: upload('first'), second: upload('second') });
    if (position.best) weights.set(name, stored('best').values);
  }
  state.step = position.step;
  state.evaluatedAt = position.evaluatedAt;
  state.jointSteps = position.jointSteps;
  state.wasAccompanied = position.wasAccompanied ?? position.jointSteps > 0;
  if (position.seconds) state.time.add(position.seconds);
  state.best = position.best && { ...position.best, weights };
  return true;
}

/** The selected weights alone, as safetensors under the variables' own names. Null where nothing was trained, or too much. */
export function encodeBest(state: TrainingState, { trialKey, reading }: Origin): Uint8Array | null {
  const { best, method } = state;
  if (!best || method.trained.length === 0 || bytesOf(state) > LARGEST_CHECKPOINT_BYTES) return null;
  const tensors: Record<string, StoredTensor> = {};
  for (const { name, variable } of method.trained) {
    tensors[name] = { shape: variable.shape, values: best.weights.get(name) ?? new Float32Array() };
  }
  return encodeSafetensors(tensors, { format: BEST_FORMAT, trialKey, reading, step: String(best.step) });
}

/** Puts selected weights into a method of the same settings. @throws ConfigurationError where they are not that trial's */
export function restoreBest(method: Method, bytes: Uint8Array, { name, trialKey, reading }: ExportedTrial): void {
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (metadata['format'] !== BEST_FORMAT || metadata['trialKey'] !== trialKey) {
    const found = `${String(metadata['format'])} of ${String(metadata['trialKey'])}`;
    throw new ConfigurationError(`Expected the weights (${BEST_FORMAT}) of trial ${trialKey}, found ${found}.`);
  }
  if (readingIn(metadata) !== reading) {
    throw new ConfigurationError(
      `Expected weights that were trained on texts as this version reads them, found those of an earlier one, which read them otherwise. \`npx lpt-sweep rerun ${name}\` trains them again, as a sweep of its own: export that one's trial.`,
    );
  }
  for (const { name, variable } of method.trained) {
    const stored = tensors[name];
    if (stored?.shape.join() !== variable.shape.join()) {
      const found = stored ? `[${stored.shape.join()}]` : 'none';
      throw new ConfigurationError(`Expected ${name} [${variable.shape.join()}] in the weights, found ${found}.`);
    }
    const values = tf.tensor(stored.values, variable.shape, 'float32');
    variable.assign(values);
    values.dispose();
  }
}

function readingIn(metadata: Record<string, string>): string {
  return metadata['reading'] ?? FIRST_READING;
}

async function download(tensor: tf.Tensor): Promise<StoredTensor> {
  return { shape: tensor.shape, values: await tensor.data<'float32'>() };
}

function bytesOf(state: TrainingState): number {
  return state.method.trained.reduce((sum, { variable }) => sum + variable.size * Float32Array.BYTES_PER_ELEMENT, 0);
}
