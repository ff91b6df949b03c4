// P-tuning v2 (Liu et al. 2022, arXiv 2110.07602; Li & Liang 2021, arXiv 2101.00190): trained keys and values in front of every
// layer's own; each a table, or all of them made from one table by a small network with a tanh. The text keeps its
// positions. Key and value of a layer lie side by side, and each example drops its own numbers of them, as with the authors
// (github.com/THUDM/P-tuning-v2, `get_prompt`).
import { pad, slice, type Rank, type Tensor2D } from '@tensorflow/tfjs-core';
import type { PTuningSettings } from '../../sweep/methods/p-tuning-v2.ts';
import type { Prefix } from '../layer-changes.ts';
import { maskOf } from '../steps/dropout.ts';
import { tanhStep } from '../steps/elementwise.ts';
import { linearStep } from '../steps/linear.ts';
import { rearrange } from '../steps/rearrange.ts';
import { type TrainedVariable, normalVariable, trainedLinear } from '../trained.ts';
import type { Pass, Start, Tuning } from '../tuning.ts';

export function tunePrefix(settings: PTuningSettings, start: Start): Tuning {
  const maker = settings.reparameterisation === 'none' ? tables(settings, start) : network(settings, start);
  return {
    ...{ trained: maker.trained, firstTouchedLayer: 0, inputLayers: [0] },
    changes: (layer, pass) => {
      const pair = maker.prefix(layer, pass);
      return { prefix: { ...pair, masks: masksOf(pair, { layer, pass, rate: settings.dropout }) } };
    },
  };
}

type Pair = Omit<Prefix, 'masks'>;

interface PrefixMaker {
  trained: TrainedVariable[];
  prefix(layer: number, pass: Pass): Pair;
}

interface Dropping {
  layer: number;
  pass: Pass;
  rate: number;
}

function masksOf({ key: { shape } }: Pair, { layer, pass, rate }: Dropping): Prefix['masks'] {
  const rows = pass.batch.texts.length * shape[0];
  const mask = (part: keyof Pair) =>
    maskOf<Rank.R2>([rows, shape[1]], { seed: pass.dropoutSeed, rate, name: `layers.${layer}.prefix.${part}` }); // [B·p, D]
  const [key, value] = [mask('key'), mask('value')];
  return key && value && { key, value };
}

function tables({ promptLength }: PTuningSettings, { backbone, trainSeed }: Start): PrefixMaker {
  const { layers, hiddenSize } = backbone.config;
  const created = Array.from({ length: layers }, (_, layer) => {
    const table = (part: string) =>
      normalVariable<Rank.R2>({ name: `layers.${layer}.prefix.${part}`, shape: [promptLength, hiddenSize], trainSeed });
    return { key: table('key'), value: table('value') };
  });
  return {
    trained: created.flatMap(({ key, value }, layer) => [
      { name: `layers.${layer}.prefix.key`, variable: key, decays: true },
      { name: `layers.${layer}.prefix.value`, variable: value, decays: true },
    ]),
    prefix: (layer) => {
      const pair = created[layer]; // [p, D] each
      if (pair === undefined) throw new RangeError(`Expected a layer below ${layers}, found ${layer}.`);
      return pair;
    },
  };
}

function network(
  { promptLength, bottleneck }: Extract<PTuningSettings, { reparameterisation: 'mlp' }>,
  { backbone, trainSeed }: Start,
): PrefixMaker {
  const { layers, hiddenSize: width } = backbone.config;
  const table = normalVariable<Rank.R2>({ name: 'prefix', shape: [promptLength, width], trainSeed });
  const down = trainedLinear('reparameterisation.down', { inputs: width, outputs: bottleneck, trainSeed }); // [m, D]
  const outputs = 2 * layers * width;
  const up = trainedLinear('reparameterisation.up', { inputs: bottleneck, outputs, trainSeed }); // [L·2·D, m]
  // Every layer of a pass reads its part of the same whole.
  const made = new WeakMap<Pass, Tensor2D>();
  const make = (pass: Pass): Tensor2D => {
    const whole = linearStep(tanhStep(linearStep(table, down.linear)), up.linear); // [p, L·2·D]
    made.set(pass, whole);
    return whole;
  };
  return {
    trained: [{ name: 'prefix', variable: table, decays: true }, ...down.trained, ...up.trained],
    prefix: (layer, pass) => {
      const whole = made.get(pass) ?? make(pass);
      const part = (place: number) => columns(whole, (2 * layer + place) * width, width); // [p, D]
      return { key: part(0), value: part(1) };
    },
  };
}

function columns(whole: Tensor2D, start: number, width: number): Tensor2D {
  const [rows, all] = whole.shape;
  const beside: [number, number][] = [
    [0, 0],
    [start, all - start - width],
  ];
  return rearrange<Tensor2D, Tensor2D>(
    whole,
    (x) => slice(x, [0, start], [rows, width]),
    (gradient) => pad(gradient, beside),
  );
}
