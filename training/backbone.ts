// Loads a BERT-type masked LM from a Hugging Face-style folder (config.json, model.safetensors).
import type { Rank } from '@tensorflow/tfjs-core';
import { readBackboneConfig, fingerprintBackbone, weightsFile } from '../data/backbone-files.ts';
import type { Backbone, BackboneConfig } from '../lpt/backbone.ts';
import type { BackboneWeights, EmbeddingWeights, HeadWeights, LayerWeights } from '../lpt/weights.ts';
import { readSafetensors } from './safetensors.ts';
import { WeightsReader } from './weights-reader.ts';

/**
 * A TensorFlow backend must be loaded. Every tensor's name, shape and finiteness is checked.
 * @throws ConfigurationError or SafetensorsError naming the file, the tensor, what was expected and what was found
 */
export async function loadBackbone(folder: string): Promise<Backbone> {
  const config = await readBackboneConfig(folder);
  const fingerprint = await fingerprintBackbone(folder);
  const source = weightsFile(folder);
  const file = await readSafetensors(source);
  const reader = new WeightsReader(file, source);
  try {
    const weights = await readWeights(reader, config);
    return { config, fingerprint, weights, dispose: () => reader.dispose() };
  } catch (error) {
    reader.dispose();
    throw error;
  } finally {
    await file.close();
  }
}

async function readWeights(reader: WeightsReader, config: BackboneConfig): Promise<BackboneWeights> {
  const embeddings = await readEmbeddings(reader, config);
  const layers: LayerWeights[] = [];
  for (let index = 0; index < config.layers; index += 1) layers.push(await readLayer(reader, config, index));
  return { embeddings, layers, head: await readHead(reader, config) };
}

async function readEmbeddings(reader: WeightsReader, config: BackboneConfig): Promise<EmbeddingWeights> {
  const { hiddenSize: width, vocabularySize, maxPositions, typeVocabularySize } = config;
  const table = (name: string, rows: number) =>
    reader.stacked<Rank.R2>([[`embeddings.${name}_embeddings.weight`]], [rows, width]);
  return {
    word: await table('word', vocabularySize),
    position: await table('position', maxPositions),
    tokenType: await table('token_type', typeVocabularySize),
    norm: await reader.norm('embeddings.LayerNorm', width),
  };
}

async function readLayer(reader: WeightsReader, config: BackboneConfig, index: number): Promise<LayerWeights> {
  const { hiddenSize: width, intermediateSize } = config;
  const at = `encoder.layer.${index}`;
  return {
    query: await reader.linear([`${at}.attention.self.query`], [width, width]),
    keyValue: await reader.linear([`${at}.attention.self.key`, `${at}.attention.self.value`], [width, width]),
    attentionOutput: await reader.linear([`${at}.attention.output.dense`], [width, width]),
    attentionNorm: await reader.norm(`${at}.attention.output.LayerNorm`, width),
    intermediate: await reader.linear([`${at}.intermediate.dense`], [intermediateSize, width]),
    output: await reader.transposedLinear(`${at}.output.dense`, [width, intermediateSize]),
    outputNorm: await reader.norm(`${at}.output.LayerNorm`, width),
  };
}

/** The decoder is the word embeddings; a copy of them in the file (`cls.predictions.decoder.weight`) is left alone. */
async function readHead(reader: WeightsReader, config: BackboneConfig): Promise<HeadWeights> {
  const { hiddenSize: width, vocabularySize } = config;
  return {
    transform: await reader.linear(['cls.predictions.transform.dense'], [width, width]),
    norm: await reader.norm('cls.predictions.transform.LayerNorm', width),
    decoderBias: await reader.stacked<Rank.R1>(
      [['cls.predictions.bias', 'cls.predictions.decoder.bias']],
      [vocabularySize],
    ),
  };
}
