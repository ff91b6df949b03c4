// What `bench:joint` measures: eight trials that differ in layer, length, generator and seed, on real sentences.
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { BackboneConfig } from '../../sweep/backbone-config.ts';
import type { Backbone } from '../../lpt/backbone.ts';
import type { Linear } from '../../lpt/linear.ts';
import { createMethod } from '../../lpt/methods.ts';
import { tensorsOf } from '../../lpt/weights.ts';
import type { MethodSettings } from '../../sweep/methods/settings.ts';
import type { Trial } from '../../sweep/trial.ts';
import { BatchOrder } from '../../training/batches.ts';
import { HiddenStates } from '../../training/hidden-states.ts';
import { SplitInputs } from '../../training/split-inputs.ts';
import { TrainingState } from '../../training/training-state.ts';
import type { CaseTexts } from '../step/case.ts';

export interface BenchTrial {
  state: TrainingState;
  trial: Trial;
  inputs: SplitInputs;
  order: BatchOrder;
}

/** Trial i has layer i mod 3 of these. */
export const LAYERS = { small: [1, 2, 3], big: [9, 10, 11] } as const;
const TRIALS = 8;
const LENGTHS = [5, 10, 1, 5];
const TRAINING = { steps: 1000, batchSize: 8, learningRate: 1e-3, weightDecay: 0.1, warmupFraction: 0.06, clipNorm: 1 };

export function benchTrials(
  backbone: Backbone,
  layers: readonly number[],
  { examples, labelWordIds }: CaseTexts,
): BenchTrial[] {
  const hiddenStates = new HiddenStates({ backbone, budgetBytes: 2 ** 30 });
  return Array.from({ length: TRIALS }, (_, index) => {
    const settings = settingsOf(index, layers[index % layers.length] ?? 1);
    const method = createMethod({ settings, backbone, trainSeed: index, labels: 2 });
    const inputs = new SplitInputs({
      ...{ examples, backbone, hiddenStates, labelWordIds },
      ...{ inputLayers: method.inputLayers, layersToKeep: [...layers] },
    });
    const trial = { training: TRAINING, trainSeed: index } as Trial;
    const order = new BatchOrder(examples.length, TRAINING.batchSize, index);
    return { state: new TrainingState(method, TRAINING.weightDecay), trial, inputs, order };
  });
}

function settingsOf(index: number, insertionLayer: number): MethodSettings {
  const promptLength = LENGTHS[index % LENGTHS.length] ?? 5;
  const shared = { method: 'lpt', insertionLayer, promptLength } as const;
  if (index % 4 === 3) return { ...shared, generator: 'none', initialisation: 'normal' };
  return { ...shared, generator: 'npg', bottleneck: 128, dropout: 0.1 };
}

const SMALL = { layers: 4, hiddenSize: 256, embeddingSize: 256, heads: 4, intermediateSize: 1024 };

/** Weights without a meaning, for time alone: it reads the tokens of another backbone. */
export function smallBackbone(like: BackboneConfig): Backbone {
  const config = { ...like, ...SMALL };
  const { layers, hiddenSize: width, intermediateSize: inner } = SMALL;
  const matrix = (rows: number, columns: number): Tensor2D => tf.randomNormal([rows, columns], 0, 0.05, 'float32', 1);
  const row = (size: number): Tensor1D => tf.zeros([size]);
  const linear = (out: number, from: number): Linear => ({ weight: matrix(out, from), bias: row(out) });
  const norm = () => ({ gain: tf.ones<tf.Rank.R1>([width]), bias: row(width) });
  const weights = {
    embeddings: {
      ...{ word: matrix(like.vocabularySize, width), position: matrix(like.maxPositions, width) },
      ...{ tokenType: matrix(2, width), norm: norm() },
    },
    layers: Array.from({ length: layers }, () => ({
      ...{ query: linear(width, width), keyValue: linear(2 * width, width), attentionOutput: linear(width, width) },
      ...{ attentionNorm: norm(), intermediate: linear(inner, width), outputNorm: norm() },
      output: { transposedWeight: matrix(inner, width), bias: row(width) },
    })),
    head: { transform: linear(width, width), norm: norm(), decoderBias: row(like.vocabularySize) },
  };
  return { config, fingerprint: 'small', weights, dispose: () => tf.dispose(tensorsOf(weights)) };
}
