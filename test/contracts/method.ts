// What every tuning method promises, whatever it trains.
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Backbone } from '../../lpt/backbone.ts';
import type { Method } from '../../lpt/method.ts';
import { createMethod } from '../../lpt/methods.ts';
import { normals } from '../../lpt/random.ts';
import { tensorsOf } from '../../lpt/weights.ts';
import { descriptorOf } from '../../sweep/methods/index.ts';
import type { MethodSettings } from '../../sweep/methods/settings.ts';
import { loadBackbone } from '../../training/backbone.ts';
import { disposeBatch } from '../../training/batches.ts';
import {
  lossAndGradients,
  TINY_LABELS,
  tinyBatch,
  tinyFolder,
  type TinyBatch,
  type TinyName,
} from '../support/fixtures.ts';
import { expectSlopes } from '../support/slopes.ts';
import { expectClose, expectNoLeak } from '../support/tensors.ts';

/** Call inside a file that loads TensorFlow. */
export function describeMethod(title: string, settings: MethodSettings, name: TinyName = 'bert-tiny'): void {
  describe(title, () => {
    let backbone: Backbone;
    let method: Method;
    let batch: TinyBatch;

    beforeAll(async () => {
      backbone = await loadBackbone(tinyFolder(name));
    });
    beforeEach(async () => {
      method = create(7);
      batch = await tinyBatch(backbone, method.inputLayers, name);
      return () => {
        method.dispose();
        disposeBatch(batch);
      };
    });
    afterAll(() => backbone.dispose());

    const create = (trainSeed: number): Method =>
      createMethod({ settings, backbone, trainSeed, labels: TINY_LABELS, ordinaryWordIds: [20, 30, 40, 50] });

    test('trains as many numbers as its formula says', () => {
      const numbers = method.trained.reduce((sum, { variable }) => sum + variable.size, 0);
      expect(numbers).toBe(
        descriptorOf(settings.method).trainable(settings, { ...backbone.config, labels: TINY_LABELS }),
      );
    });

    test('reads the layers that its description says', () => {
      const { layers } = backbone.config;
      expect(method.inputLayers).toEqual(descriptorOf(settings.method).inputLayers(settings, layers));
    });

    test('names its variables once each', () => {
      const names = method.trained.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    });

    test('reaches every trained variable with a finite gradient', () => {
      nudge(method);
      for (const [name, gradient] of gradients(method, batch)) {
        const largest = tf.max(tf.abs(gradient)).dataSync()[0];
        expect(largest, name).toBeGreaterThan(0);
        expect(largest, name).toBeLessThan(Infinity);
      }
    });

    test('has the gradient that finite differences find', () => {
      nudge(method);
      expectSlopes(method.trained, gradients(method, batch), () => lossOf(method, batch));
    });

    test('leaves the backbone as it is while its variables change', () => {
      const before = tensorsOf(backbone.weights).map((tensor) => tensor.dataSync().slice());
      descend(method, batch);
      tensorsOf(backbone.weights).forEach((tensor, index) => expectClose(tensor, before[index]!, 0));
    });

    test('lowers its loss by following its gradient', () => {
      if (method.trained.length === 0) return;
      const before = lossOf(method, batch);
      descend(method, batch);
      expect(lossOf(method, batch)).toBeLessThan(before);
    });

    test('starts from the same values with the same seed', () => {
      const [same, other] = [create(7), create(8)];
      const values = (of: Method) => of.trained.flatMap(({ variable }) => Array.from(variable.dataSync()));
      expect(values(same)).toEqual(values(method));
      // What is part of the backbone starts from it, whatever the seed.
      if (!['full-tuning', 'bitfit', 'zero-shot'].includes(settings.method))
        expect(values(other)).not.toEqual(values(method));
      same.dispose();
      other.dispose();
    });

    test('repeats its loss with the same dropout seed, and its scores always', () => {
      expect(lossOf(method, batch)).toBe(lossOf(method, batch));
      expect(scoresOf(method, batch)).toEqual(scoresOf(method, batch));
    });

    test('gives the same loss and scores with more padding', () => {
      const padded = withPadding(batch, 3);
      expectClose([lossOf(method, padded)], [lossOf(method, batch)], 1e-5);
      expectClose(scoresOf(method, padded), scoresOf(method, batch), 1e-5);
      disposeBatch(padded);
    });

    test('scores the same after its values were stored and put into a new one', () => {
      descend(method, batch);
      const restored = create(99);
      for (const [index, { variable }] of restored.trained.entries()) {
        const stored = method.trained[index]!.variable;
        const values = tf.tensor(stored.dataSync(), stored.shape);
        variable.assign(values);
        values.dispose();
      }
      expect(scoresOf(restored, batch)).toEqual(scoresOf(method, batch));
      restored.dispose();
    });

    test('leaves no tensor behind in 100 steps of training and scoring', async () => {
      await expectNoLeak(() => {
        gradients(method, batch).forEach((gradient) => gradient.dispose());
        method.scores(batch, batch.labelWordIds).dispose();
      });
    });

    test('frees its variables when it is disposed of', () => {
      const before = tf.memory().numTensors;
      create(3).dispose();
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}

function gradients(method: Method, batch: TinyBatch): Map<string, tf.Tensor> {
  return method.trained.length === 0 ? new Map<string, tf.Tensor>() : lossAndGradients(method, batch).gradients;
}

function lossOf(method: Method, batch: TinyBatch): number {
  return tf.tidy(() => method.loss(batch, 1).dataSync()[0] ?? Number.NaN);
}

function scoresOf(method: Method, batch: TinyBatch): number[] {
  return tf.tidy(() => Array.from(method.scores(batch, batch.labelWordIds).dataSync()));
}

/** One small step of plain gradient descent. */
function descend(method: Method, batch: TinyBatch): void {
  const all = gradients(method, batch);
  for (const { name, variable } of method.trained) {
    tf.tidy(() => variable.assign(tf.sub(variable, tf.mul(all.get(name)!, 1e-3))));
    all.get(name)!.dispose();
  }
}

/** The batch with `extra` positions of padding behind every example; what stands there is garbage. */
function withPadding(batch: TinyBatch, extra: number): TinyBatch {
  const rows = batch.tokenIds.shape[0];
  const tensors = tf.tidy(() => ({
    tokenIds: tf.concat([batch.tokenIds, tf.fill([rows, extra], 5, 'int32')], 1),
    maskPosition: tf.clone(batch.maskPosition),
    target: tf.clone(batch.target),
    label: tf.clone(batch.label),
    labelWordIds: tf.clone(batch.labelWordIds),
    ...(batch.hidden && { hidden: hiddenWithPadding(batch, extra) }),
  })) as unknown as Omit<TinyBatch, 'texts'>;
  return { ...tensors, texts: batch.texts };
}

function hiddenWithPadding({ hidden = {}, tokenIds }: TinyBatch, extra: number): Record<number, tf.Tensor3D> {
  const [, positions] = tokenIds.shape;
  const padded = Object.entries(hidden).map(([layer, states]) => {
    const [rows, length, width] = states.shape;
    if (length !== positions) return [layer, states.clone()] as const; // the last layer's, which has none
    return [layer, tf.concat<tf.Tensor3D>([states, tf.fill([rows, extra, width], 3)], 1)] as const;
  });
  return Object.fromEntries(padded);
}

/** Away from a start at zero, where half of LoRA has no gradient. */
function nudge(method: Method): void {
  for (const { name, variable } of method.trained) {
    const offsets = normals({ seed: 5, name: `nudge ${name}` }, variable.size).map((value) => value * 0.05);
    tf.tidy(() => variable.assign(tf.add(variable, tf.tensor(offsets, variable.shape))));
  }
}
