// Turns Google's BERT (a TensorFlow module in a zip file) into a Hugging Face folder, holding one tensor at a time.
import { writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { huggingFaceName } from './bert-names.mjs';
import { writeSafetensors } from './safetensors-file.mjs';
import { readTensorBundle } from './tensor-bundle.mjs';
import { wordPieceFiles } from './tokenizer-file.mjs';
import { listZip, locateStored, readEntry } from './zip.mjs';

/** What the weights do not say. */
const CONFIG = {
  architectures: ['BertForMaskedLM'],
  model_type: 'bert',
  hidden_act: 'gelu',
  hidden_dropout_prob: 0.1,
  attention_probs_dropout_prob: 0.1,
  initializer_range: 0.02,
  layer_norm_eps: 1e-12,
  num_attention_heads: 12,
  pad_token_id: 0,
};

/**
 * @param {string} module a zip file with assets/vocab.txt and variables/
 * @param {string} into
 * @returns {Promise<{sha256: string, bytes: number}>} of model.safetensors
 */
export async function convertBert(module, into) {
  const entries = listZip(module);
  const get = (/** @type {string} */ name) => {
    const entry = entries.get(name);
    if (!entry) throw new Error(`Expected ${name} in the BERT module, found no such entry.`);
    return entry;
  };
  const vocabulary = await readEntry(module, get('assets/vocab.txt'));
  const tensors = readTensorBundle(await readEntry(module, get('variables/variables.index')));
  const start = locateStored(module, get('variables/variables.data-00000-of-00001'));
  const written = await writeWeights({ module, start, tensors, file: join(into, 'model.safetensors') });
  writeFileSync(join(into, 'vocab.txt'), vocabulary);
  const files = { 'config.json': config(tensors), ...wordPieceFiles(vocabulary.toString('utf8')) };
  for (const [name, contents] of Object.entries(files)) {
    writeFileSync(join(into, name), JSON.stringify(contents, null, name === 'tokenizer.json' ? 0 : 2) + '\n');
  }
  writeFileSync(join(into, 'fingerprint.json'), JSON.stringify(written) + '\n');
  return written;
}

/**
 * @param {{module: string, start: number, file: string, tensors: ReturnType<typeof readTensorBundle>}} what
 */
async function writeWeights({ module, start, tensors, file }) {
  const handle = await open(module, 'r');
  try {
    const sources = [...tensors].flatMap(([name, { shape, offset, bytes }]) => {
      const renamed = huggingFaceName(name);
      if (!renamed) return [];
      const read = async () => {
        const data = Buffer.alloc(bytes);
        const { bytesRead } = await handle.read(data, 0, bytes, start + offset);
        if (bytesRead !== bytes) throw new Error(`Expected ${bytes} bytes of ${name}, found ${bytesRead}.`);
        return renamed.transposed ? transpose(data, shape) : data;
      };
      return [{ name: renamed.name, shape: renamed.transposed ? shape.toReversed() : shape, read }];
    });
    return await writeSafetensors(file, sources);
  } finally {
    await handle.close();
  }
}

/**
 * @param {Buffer} data float32
 * @param {number[]} shape [rows, columns]
 */
function transpose(data, [rows = 0, columns = 0]) {
  const from = new Uint32Array(data.buffer, data.byteOffset, rows * columns); // moved as bits: nothing is rounded
  const to = new Uint32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) to[column * rows + row] = from[row * columns + column] ?? 0;
  }
  return Buffer.from(to.buffer);
}

/** @param {ReturnType<typeof readTensorBundle>} tensors */
function config(tensors) {
  const sizes = (/** @type {string} */ name) => tensors.get(`module/bert/${name}`)?.shape ?? [];
  const [vocabulary, hidden] = sizes('embeddings/word_embeddings');
  const layers = [...tensors.keys()].filter((name) => name.endsWith('/attention/self/query/kernel')).length;
  return {
    ...CONFIG,
    hidden_size: hidden,
    intermediate_size: sizes('encoder/layer_0/intermediate/dense/kernel')[1],
    max_position_embeddings: sizes('embeddings/position_embeddings')[0],
    num_hidden_layers: layers,
    type_vocab_size: sizes('embeddings/token_type_embeddings')[0],
    vocab_size: vocabulary,
  };
}
