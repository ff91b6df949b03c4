// A prompt generator of two hypercomplex layers (PHM; Zhang et al. 2021, arXiv 2102.08597): as npg, but each weight is a
// sum of n Kronecker products, W = Σ Aᵢ ⊗ Bᵢ, which takes about 1/n of the numbers.
import { matMul, reshape, tidy, transpose } from '@tensorflow/tfjs-core';
import type { Rank, Tensor2D, Tensor3D, Variable } from '@tensorflow/tfjs-core';
import { dropoutStep } from '../steps/dropout.ts';
import { addBias, reluStep } from '../steps/elementwise.ts';
import { promptStep } from '../steps/rearrange.ts';
import { step } from '../steps/step.ts';
import { type TrainedVariable, normalVariable, zeroVariable } from '../trained.ts';
import type { GeneratorSettings, PromptGenerator } from './generator.ts';
import { sentenceVector } from './sentence-vector.ts';

export interface PhmSettings extends GeneratorSettings {
  /** n: divides the width, the bottleneck and the prompt's size. */
  division: number;
}

export function createPhm(settings: PhmSettings): PromptGenerator {
  const { promptLength, hiddenSize, bottleneck, dropout, prefix, architecture } = settings;
  const outputs = promptLength * hiddenSize;
  const down = createLayer(`${prefix}generator.down`, { inputs: hiddenSize, outputs: bottleneck }, settings);
  const up = createLayer(`${prefix}generator.up`, { inputs: bottleneck, outputs }, settings);
  return {
    trained: [...down.trained, ...up.trained],
    prompt: (text, seed) => {
      const bottlenecked = reluStep(runLayer(down, sentenceVector(architecture, text))); // [B, m]
      const generated = runLayer(up, bottlenecked); // [B, p·D]
      const dropped = dropoutStep(generated, { seed, rate: dropout, name: `${prefix}dropout` });
      return promptStep(dropped, [text.hidden.shape[0], promptLength, hiddenSize]); // [B, p, D]
    },
  };
}

interface PhmLayer {
  rules: Variable<Rank.R3>; // A [n, n, n]
  blocks: Variable<Rank.R3>; // B [n, out / n, in / n]
  bias: Variable<Rank.R1>; // [out]
  trained: TrainedVariable[];
}

/** Deviations 1/n and √(2n / (in + out)): the numbers of W then have the variance of Glorot's initialisation. */
function createLayer(
  name: string,
  { inputs, outputs }: { inputs: number; outputs: number },
  { division: n, trainSeed }: PhmSettings,
): PhmLayer {
  const rules = normalVariable<Rank.R3>({ name: `${name}.rules`, shape: [n, n, n], trainSeed }, 1 / n);
  const shape: [number, number, number] = [n, outputs / n, inputs / n];
  const deviation = Math.sqrt((2 * n) / (inputs + outputs));
  const blocks = normalVariable<Rank.R3>({ name: `${name}.blocks`, shape, trainSeed }, deviation);
  const bias = zeroVariable<Rank.R1>([outputs]);
  const trained = [
    { name: `${name}.rules`, variable: rules, decays: true },
    { name: `${name}.blocks`, variable: blocks, decays: true },
    { name: `${name}.bias`, variable: bias, decays: false },
  ];
  return { rules, blocks, bias, trained };
}

function runLayer({ rules, blocks, bias }: PhmLayer, rows: Tensor2D): Tensor2D {
  const product = step({
    flowing: [rows, rules, blocks],
    forward: () => {
      const weight = kroneckerSum(rules, blocks); // [out, in]
      return { output: matMul<Tensor2D>(rows, weight, false, true), kept: { rows, weight } };
    },
    backward: (gradient: Tensor2D, kept) => {
      const toWeight = matMul<Tensor2D>(gradient, kept.rows, true); // [out, in]
      const toPairs = pairsOf(toWeight, blocks.shape); // [n · n, out/n · in/n]
      return [
        () => matMul(gradient, kept.weight),
        () => reshape(matMul(flat(blocks), toPairs, false, true), rules.shape),
        () => reshape(matMul(flat(rules), toPairs), blocks.shape),
      ];
    },
  });
  return addBias(product, bias); // [N, out]
}

type Shape3 = [number, number, number];

function kroneckerSum(rules: Tensor3D, blocks: Tensor3D): Tensor2D {
  const [n, rowsOfBlock, columnsOfBlock] = blocks.shape;
  return tidy(() => {
    const pairs = matMul<Tensor2D>(flat(rules), flat(blocks), true); // [n · n, out/n · in/n]
    const apart = reshape(pairs, [n, n, rowsOfBlock, columnsOfBlock]);
    return reshape(transpose(apart, [0, 2, 1, 3]), [n * rowsOfBlock, n * columnsOfBlock]);
  });
}

/** The way back: the numbers of W by pair of rule entry and block entry. */
function pairsOf(weight: Tensor2D, [n, rowsOfBlock, columnsOfBlock]: Shape3): Tensor2D {
  const apart = reshape(weight, [n, rowsOfBlock, n, columnsOfBlock]);
  return reshape(transpose(apart, [0, 2, 1, 3]), [n * n, rowsOfBlock * columnsOfBlock]);
}

function flat(parts: Tensor3D): Tensor2D {
  const [n, rows, columns] = parts.shape;
  return reshape(parts, [n, rows * columns]);
}
