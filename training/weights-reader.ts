// Reads the tensors of a model out of its safetensors files, one at a time, each checked before it is believed.
import {
  slice,
  tensor,
  tidy,
  transpose,
  type Rank,
  type ShapeMap,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { ConfigurationError } from '../data/error.ts';
import type { LayerNorm } from '../lpt/layer-norm.ts';
import type { Linear, TransposedLinear } from '../lpt/linear.ts';
import { readSafetensors, type SafetensorsFile } from './safetensors.ts';

export interface WeightsSource {
  /** Each tensor is in one of them. */
  files: string[];
  /** What errors call them. */
  source: string;
  /** In front of the names of layers and embeddings, in files of the whole model; in others it is absent. */
  prefix: string;
  /** Whether a name is one of the head: without it, a hint says what is missing. */
  isOfHead: (name: string) => boolean;
  /** Awaited after each piece that was read. */
  afterSome?: (() => Promise<void>) | undefined;
}

export class WeightsReader {
  readonly #files: SafetensorsFile[] = [];
  readonly #from: WeightsSource;
  readonly #made: Tensor[] = [];

  private constructor(from: WeightsSource) {
    this.#from = from;
  }

  static async open(from: WeightsSource): Promise<WeightsReader> {
    const reader = new WeightsReader(from);
    try {
      for (const file of from.files) reader.#files.push(await readSafetensors(file));
      return reader;
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    for (const file of this.#files) await file.close();
  }

  /** @param names parts of one matrix, stacked along the first axis, each of `shape` */
  async linear(names: string[], shape: [number, number]): Promise<Linear> {
    return {
      weight: await this.stacked<Rank.R2>(
        names.map((name) => [`${name}.weight`]),
        shape,
      ),
      bias: await this.stacked<Rank.R1>(
        names.map((name) => [`${name}.bias`]),
        [shape[0]],
      ),
    };
  }

  /** @param shape as the file has it: [outputs, inputs] */
  async transposedLinear(name: string, shape: [number, number]): Promise<TransposedLinear> {
    const { weight, bias } = await this.linear([name], shape);
    return { transposedWeight: this.#replace(weight, transpose(weight)), bias };
  }

  /** A linear layer out of those that lie side by side in a matrix [inputs, outputs], as GPT-2 has them. */
  async columns(
    name: string,
    shape: [number, number],
    { start, count }: { start: number; count: number },
  ): Promise<Linear> {
    const weight = await this.tensor<Rank.R2>([`${name}.weight`], shape);
    const bias = await this.tensor<Rank.R1>([`${name}.bias`], [shape[1]]);
    const part = tidy(() => transpose<Tensor2D>(slice(weight, [0, start], [shape[0], count])));
    return { weight: this.#replace(weight, part), bias: this.#replace(bias, slice(bias, start, count)) };
  }

  /** A linear layer that lies as [inputs, outputs] and stays so. */
  async column(name: string, shape: [number, number]): Promise<TransposedLinear> {
    return {
      transposedWeight: await this.tensor<Rank.R2>([`${name}.weight`], shape),
      bias: await this.tensor<Rank.R1>([`${name}.bias`], [shape[1]]),
    };
  }

  /** Files converted from TensorFlow long ago call gain and bias `gamma` and `beta`. */
  async norm(name: string, width: number): Promise<LayerNorm> {
    return {
      gain: await this.tensor<Rank.R1>([`${name}.weight`, `${name}.gamma`], [width]),
      bias: await this.tensor<Rank.R1>([`${name}.bias`, `${name}.beta`], [width]),
    };
  }

  /** The rows of a table from `skipped` on. @param shape of what is left */
  async table(name: string, shape: [number, number], skipped = 0): Promise<Tensor2D> {
    const [rows, width] = shape;
    const whole = await this.tensor<Rank.R2>([name], [skipped + rows, width]);
    return skipped === 0 ? whole : this.#replace(whole, slice(whole, [skipped, 0]));
  }

  /** @param names that the tensor may have */
  async tensor<R extends Rank>(names: string[], shape: ShapeMap[R]): Promise<Tensor<R>> {
    return this.stacked<R>([names], shape);
  }

  /** @param parts of each part, the names it may have; @param shape of one part */
  async stacked<R extends Rank>(parts: string[][], shape: ShapeMap[R]): Promise<Tensor<R>> {
    const [rows = 1, ...rest] = shape as number[];
    const size = rest.reduce((product, length) => product * length, rows);
    const values = new Float32Array(parts.length * size);
    for (const [index, names] of parts.entries()) {
      await this.#read(names, shape, values.subarray(index * size, (index + 1) * size));
    }
    return this.#keep(handedOver(tensor(values, [parts.length * rows, ...rest] as ShapeMap[R])));
  }

  /** Frees what was read, for when a later tensor turns out to be wrong. */
  dispose(): void {
    for (const made of this.#made) made.dispose();
  }

  #keep<Made extends Tensor>(made: Made): Made {
    this.#made.push(made);
    return made;
  }

  #replace<Made extends Tensor>(old: Made, made: Made): Made {
    this.#made.splice(this.#made.indexOf(old), 1);
    old.dispose();
    return this.#keep(made);
  }

  async #read(names: string[], shape: number[], values: Float32Array): Promise<void> {
    const { file, name } = this.#find(names, shape);
    const { source, afterSome } = this.#from;
    const found = file.entries.get(name)?.shape ?? [];
    if (found.join() !== shape.join()) {
      throw new ConfigurationError(
        `Expected \`${name}\` in ${source} to have shape [${shape.join(', ')}] as config.json says, found [${found.join(', ')}].`,
      );
    }
    await file.read(name, { into: values, afterSome });
    checkFinite(values, `\`${name}\` in ${source}`);
  }

  #find(names: string[], shape: number[]): { file: SafetensorsFile; name: string } {
    const { prefix, isOfHead, source } = this.#from;
    const candidates = names.flatMap((name) => (isOfHead(name) ? [name] : [prefix + name, name]));
    for (const name of candidates) {
      const file = this.#files.find(({ entries }) => entries.has(name));
      if (file) return { file, name };
    }
    const hint = names.some(isOfHead) ? ' Is it an encoder without its masked-LM head?' : '';
    throw new ConfigurationError(
      `Expected a tensor \`${candidates.join('` or `')}\` of shape [${shape.join(', ')}] in ${source}, found none.${hint}`,
    );
  }
}

/** A backend copies the values when it first computes with them; until then they would be held here, and after that twice. */
function handedOver<Made extends Tensor>(made: Made): Made {
  const none = made.shape.map(() => 0);
  slice(made, none, none).dispose();
  return made;
}

function checkFinite(values: Float32Array, what: string): void {
  // Zero times a finite number is zero: one sum says it all, at the speed of memory.
  let sum = 0;
  for (const value of values) sum += value * 0;
  if (sum === 0) return;
  const at = values.findIndex((value) => !Number.isFinite(value));
  throw new ConfigurationError(
    `Expected ${what} to hold finite numbers, found ${values[at] ?? Number.NaN} at index ${at}.`,
  );
}
