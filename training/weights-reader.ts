// Reads the tensors of a BERT-type model out of a safetensors file, one at a time, each checked before it is believed.
import { tensor, transpose, type Rank, type ShapeMap, type Tensor } from '@tensorflow/tfjs-core';
import { ConfigurationError } from '../data/error.ts';
import type { LayerNorm } from '../lpt/layer-norm.ts';
import type { Linear, TransposedLinear } from '../lpt/linear.ts';
import type { SafetensorsFile } from './safetensors.ts';

/** Where the encoder's names start, in files of the whole model and of the encoder alone. */
const PREFIXES = ['bert.', ''];

export class WeightsReader {
  readonly #file: SafetensorsFile;
  readonly #source: string;
  readonly #made: Tensor[] = [];

  /** @param source what errors call the file */
  constructor(file: SafetensorsFile, source: string) {
    this.#file = file;
    this.#source = source;
  }

  /** @param names parts of the encoder, stacked along the first axis, each of `shape` */
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
    const transposedWeight = this.#keep(transpose(weight));
    weight.dispose();
    return { transposedWeight, bias };
  }

  /** Files converted from TensorFlow long ago call gain and bias `gamma` and `beta`. */
  async norm(name: string, width: number): Promise<LayerNorm> {
    return {
      gain: await this.stacked<Rank.R1>([[`${name}.weight`, `${name}.gamma`]], [width]),
      bias: await this.stacked<Rank.R1>([[`${name}.bias`, `${name}.beta`]], [width]),
    };
  }

  /** @param parts of each part, the names it may have; @param shape of one part */
  async stacked<R extends Rank>(parts: string[][], shape: ShapeMap[R]): Promise<Tensor<R>> {
    const [rows = 1, ...rest] = shape as number[];
    const size = rest.reduce((product, length) => product * length, rows);
    const values = new Float32Array(parts.length * size);
    for (const [index, names] of parts.entries()) {
      await this.#read(names, shape, values.subarray(index * size, (index + 1) * size));
    }
    return this.#keep(tensor(values, [parts.length * rows, ...rest] as ShapeMap[R]));
  }

  /** Frees what was read, for when a later tensor turns out to be wrong. */
  dispose(): void {
    for (const made of this.#made) made.dispose();
  }

  #keep<Made extends Tensor>(made: Made): Made {
    this.#made.push(made);
    return made;
  }

  async #read(names: string[], shape: number[], values: Float32Array): Promise<void> {
    const name = this.#find(names, shape);
    const found = this.#file.entries.get(name)?.shape ?? [];
    if (found.join() !== shape.join()) {
      throw new ConfigurationError(
        `Expected \`${name}\` in ${this.#source} to have shape [${shape.join(', ')}] as config.json says, found [${found.join(', ')}].`,
      );
    }
    await this.#file.read(name, values);
    checkFinite(values, `\`${name}\` in ${this.#source}`);
  }

  #find(names: string[], shape: number[]): string {
    const candidates = names.flatMap((name) => PREFIXES.map((prefix) => prefix + name));
    const found = candidates.find((name) => this.#file.entries.has(name));
    if (found !== undefined) return found;
    const hint = names.some((name) => name.startsWith('cls.')) ? ' Is it an encoder without its masked-LM head?' : '';
    throw new ConfigurationError(
      `Expected a tensor \`${candidates.join('` or `')}\` of shape [${shape.join(', ')}] in ${this.#source}, found none.${hint}`,
    );
  }
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
