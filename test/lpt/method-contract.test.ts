// The contract of every method and generator.
import { describeMethod } from '../contracts/method.ts';
import { useTensorflow } from '../support/tensors.ts';

useTensorflow();

const lpt = { method: 'lpt', promptLength: 3 } as const;
const generator = { bottleneck: 6, dropout: 0.1 };
const none = { ...lpt, generator: 'none', initialisation: 'normal' } as const;
const npg = { ...lpt, generator: 'npg', ...generator } as const;
const mppg = { ...lpt, generator: 'mppg', ...generator } as const;
const appg = { ...lpt, generator: 'appg', ...generator } as const;
describeMethod('late prompt tuning without generator', { ...none, insertionLayer: 2 });
describeMethod('late prompt tuning from the vocabulary', { ...none, insertionLayer: 1, initialisation: 'vocabulary' });
describeMethod('late prompt tuning at two layers', { ...none, insertionLayer: [1, 3] });
describeMethod('late prompt tuning with npg', { ...npg, insertionLayer: 2 });
describeMethod('late prompt tuning with npg before the last layer', { ...npg, insertionLayer: 3 });
describeMethod('late prompt tuning with npg at two layers', { ...npg, insertionLayer: [1, 2] });
describeMethod('late prompt tuning with mppg', { ...mppg, insertionLayer: 2 });
describeMethod('late prompt tuning with mppg at two layers', { ...mppg, insertionLayer: [1, 3] });
describeMethod('late prompt tuning with appg longer than the text', { ...appg, insertionLayer: 2, promptLength: 7 });
describeMethod('late prompt tuning with appg at three layers', { ...appg, insertionLayer: [1, 2, 3] });
describeMethod('prompt tuning', { method: 'prompt-tuning', promptLength: 4, initialisation: 'normal' });

const prefix = { method: 'p-tuning-v2', promptLength: 3, dropout: 0.1 } as const;
describeMethod('P-tuning v2', { ...prefix, reparameterisation: 'none' });
describeMethod('P-tuning v2, reparameterised', { ...prefix, reparameterisation: 'mlp', bottleneck: 6 });

const idpg = { method: 's-idpg', promptLength: 3, ...generator } as const;
describeMethod('S-IDPG with a plain network', { ...idpg, generator: 'dnn' });
describeMethod('S-IDPG with hypercomplex layers', { ...idpg, generator: 'phm', division: 2 });

const lora = { method: 'lora', rank: 2, alpha: 3, dropout: 0.1 } as const;
describeMethod('LoRA', { ...lora, targets: ['query', 'value'] });
describeMethod('LoRA on every matrix', {
  ...lora,
  targets: ['query', 'key', 'value', 'attentionOutput', 'intermediate', 'output'],
});
describeMethod('adapters', { method: 'adapter', bottleneck: 5 });
describeMethod('AdapterDrop', { method: 'adapter-drop', bottleneck: 5, droppedLayers: 2 });
describeMethod('BitFit', { method: 'bitfit', biases: 'all' });
describeMethod('BitFit of two kinds', { method: 'bitfit', biases: 'query-and-intermediate' });
describeMethod('a linear probe', { method: 'linear-probe' });
describeMethod('full tuning', { method: 'full-tuning' });
describeMethod('zero-shot', { method: 'zero-shot' });
