import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { loadBackbone } from '../../training/backbone.ts';
import { FIXTURE_CASES, fixtureMethod, lossAndGradients, tinyBatch, tinyFolder } from '../support/fixtures.ts';
import { expectClose, useTensorflow } from '../support/tensors.ts';

useTensorflow({ prefer: 'wasm' });

test.each(FIXTURE_CASES)('WebAssembly gives %s with %s the same loss and gradients', async (tiny, _name, file) => {
  expect(tf.getBackend()).toBe('wasm');
  const backbone = await loadBackbone(tinyFolder(tiny));
  const { record, values, method } = await fixtureMethod(file, backbone);
  const { loss, gradients } = lossAndGradients(method, await tinyBatch(backbone, method.inputLayers, tiny));
  expectClose([loss], [record.loss], 1e-5);
  for (const [variableName, gradient] of gradients) {
    const expected = values(`gradient.${variableName}`).values;
    // Of keys and values only the values: attention does not depend on the keys' bias, whose gradient is rounding.
    const from = variableName.endsWith('keyValue.bias') ? expected.length / 2 : 0;
    expectClose(gradient.dataSync<'float32'>().slice(from), expected.slice(from), 1e-4);
  }
});
