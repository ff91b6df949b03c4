import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createMethod } from '../../lpt/methods.ts';
import { loadBackbone } from '../../training/backbone.ts';
import { lossAndGradients, METHOD_FIXTURES, readMethodFixture, TINY_BACKBONE, tinyBatch } from '../support/fixtures.ts';
import { expectClose, useTensorflow } from '../support/tensors.ts';

useTensorflow({ prefer: 'wasm' });

test.each(METHOD_FIXTURES)('the WebAssembly backend gives %s the same loss and gradients', async (name) => {
  expect(tf.getBackend()).toBe('wasm');
  const backbone = await loadBackbone(TINY_BACKBONE);
  const { record, values } = await readMethodFixture(name);
  const method = createMethod({ settings: record.settings, backbone, trainSeed: 1 });
  for (const { name: variableName, variable } of method.trained) {
    if (name === 'full-tuning') continue;
    const initial = values(`initial.${variableName}`);
    variable.assign(tf.tensor(initial.values, initial.shape));
  }
  const { loss, gradients } = lossAndGradients(method, await tinyBatch(backbone, method.inputLayer));
  expectClose([loss], [record.loss], 1e-5);
  for (const [variableName, gradient] of gradients) {
    expectClose(gradient, values(`gradient.${variableName}`).values, 1e-4);
  }
});
