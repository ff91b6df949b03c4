import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { loadBackbone } from '../../training/backbone.ts';
import {
  expectGradients,
  FIXTURE_CASES,
  fixtureMethod,
  lossAndGradients,
  tinyBatch,
  tinyFolder,
} from '../support/fixtures.ts';
import { expectClose, useTensorflow } from '../support/tensors.ts';

useTensorflow({ prefer: 'wasm' });

test.each(FIXTURE_CASES)('WebAssembly gives %s with %s the same loss and gradients', async (tiny, name) => {
  expect(tf.getBackend()).toBe('wasm');
  const backbone = await loadBackbone(tinyFolder(tiny));
  const { record, values, names, method } = await fixtureMethod([tiny, name], backbone);
  const found = lossAndGradients(method, await tinyBatch(backbone, method.inputLayers, tiny));
  expectClose([found.loss], [record.loss], 1e-5);
  expectGradients(found, { values, names });
});
