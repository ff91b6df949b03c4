import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { loadBackbone } from '../../training/backbone.ts';
import { fixtureMethod, lossAndGradients, METHOD_FIXTURES, TINY_BACKBONE, tinyBatch } from '../support/fixtures.ts';
import { expectClose, useTensorflow } from '../support/tensors.ts';

useTensorflow({ prefer: 'wasm' });

test.each(METHOD_FIXTURES)('the WebAssembly backend gives %s the same loss and gradients', async (name) => {
  expect(tf.getBackend()).toBe('wasm');
  const backbone = await loadBackbone(TINY_BACKBONE);
  const { record, values, method } = await fixtureMethod(name, backbone);
  const { loss, gradients } = lossAndGradients(method, await tinyBatch(backbone, method.inputLayers));
  expectClose([loss], [record.loss], 1e-5);
  for (const [variableName, gradient] of gradients) {
    const expected = values(`gradient.${variableName}`).values;
    // Of keys and values only the values: attention does not depend on the keys' bias, whose gradient is rounding.
    const from = variableName.endsWith('keyValue.bias') ? expected.length / 2 : 0;
    expectClose(gradient.dataSync<'float32'>().slice(from), expected.slice(from), 1e-4);
  }
});
