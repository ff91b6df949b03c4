import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createMethod } from '../../lpt/methods.ts';
import { loadBackbone } from '../../training/backbone.ts';
import {
  lossAndGradients,
  METHOD_FIXTURES,
  readMethodFixture,
  tinyBatch,
  tinyFolder,
  TYPE_FIXTURES,
} from '../support/fixtures.ts';
import { expectClose, useTensorflow } from '../support/tensors.ts';

useTensorflow({ prefer: 'wasm' });

const CASES = [
  ...METHOD_FIXTURES.map((name) => ['bert-tiny', name, name] as const),
  ...TYPE_FIXTURES.map(([backbone, name]) => [backbone, name, `${backbone}/${name}`] as const),
];

test.each(CASES)('the WebAssembly backend gives %s with %s the same loss and gradients', async (tiny, name, file) => {
  expect(tf.getBackend()).toBe('wasm');
  const backbone = await loadBackbone(tinyFolder(tiny));
  const { record, values } = await readMethodFixture(file);
  const method = createMethod({ settings: record.settings, backbone, trainSeed: 1 });
  for (const { name: variableName, variable } of method.trained) {
    if (name === 'full-tuning') continue;
    const initial = values(`initial.${variableName}`);
    variable.assign(tf.tensor(initial.values, initial.shape));
  }
  const { loss, gradients } = lossAndGradients(method, await tinyBatch(backbone, method.inputLayer, tiny));
  expectClose([loss], [record.loss], 1e-5);
  for (const [variableName, gradient] of gradients) {
    expectClose(gradient, values(`gradient.${variableName}`).values, 1e-4);
  }
});
