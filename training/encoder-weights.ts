// An encoder's weights out of its files: BERT, and the types that are built like it.
import type { Rank } from '@tensorflow/tfjs-core';
import type { EncoderNames } from '../data/architectures/index.ts';
import type { BackboneConfig } from '../sweep/backbone-config.ts';
import type { BackboneWeights, EmbeddingWeights, HeadWeights, LayerWeights } from '../lpt/weights.ts';
import type { WeightsReader } from './weights-reader.ts';

export async function readEncoder(
  reader: WeightsReader,
  config: BackboneConfig,
  names: EncoderNames,
): Promise<BackboneWeights> {
  const embeddings = await readEmbeddings(reader, config, names);
  const layers: LayerWeights[] = [];
  for (let index = 0; index < config.layers; index += 1)
    layers.push(await readLayer(reader, config, names.layer(index)));
  return { embeddings, layers, head: await readHead(reader, config, names) };
}

async function readEmbeddings(
  reader: WeightsReader,
  config: BackboneConfig,
  names: EncoderNames,
): Promise<EmbeddingWeights> {
  const { embeddingSize, hiddenSize, vocabularySize, maxPositions, positionsSkipped, typeVocabularySize } = config;
  const word = await reader.table(names.word, [vocabularySize, embeddingSize]);
  const position = await reader.table(names.position, [maxPositions, embeddingSize], positionsSkipped);
  const { tokenType: types, projection } = names;
  const tokenType =
    types === undefined ? {} : { tokenType: await reader.table(types, [typeVocabularySize, embeddingSize]) };
  const norm = await reader.norm(names.embeddingNorm, embeddingSize);
  if (projection === undefined || embeddingSize === hiddenSize) return { word, position, ...tokenType, norm };
  return {
    word,
    position,
    ...tokenType,
    norm,
    projection: await reader.linear([projection], [hiddenSize, embeddingSize]),
  };
}

async function readLayer(
  reader: WeightsReader,
  { hiddenSize: width, intermediateSize }: BackboneConfig,
  names: ReturnType<EncoderNames['layer']>,
): Promise<LayerWeights> {
  return {
    query: await reader.linear([names.query], [width, width]),
    keyValue: await reader.linear([names.key, names.value], [width, width]),
    attentionOutput: await reader.linear([names.attentionOutput], [width, width]),
    attentionNorm: await reader.norm(names.attentionNorm, width),
    intermediate: await reader.linear([names.intermediate], [intermediateSize, width]),
    output: await reader.transposedLinear(names.output, [width, intermediateSize]),
    outputNorm: await reader.norm(names.outputNorm, width),
  };
}

/** The decoder is the word embeddings; a copy of them in the file (`cls.predictions.decoder.weight`) is left alone. */
async function readHead(
  reader: WeightsReader,
  { hiddenSize, embeddingSize, vocabularySize }: BackboneConfig,
  names: EncoderNames,
): Promise<HeadWeights> {
  return {
    transform: await reader.linear([names.transform], [embeddingSize, hiddenSize]),
    norm: await reader.norm(names.transformNorm, embeddingSize),
    decoderBias: await reader.tensor<Rank.R1>(names.decoderBias, [vocabularySize]),
  };
}

export function isOfMlmHead(name: string, { transform, transformNorm, decoderBias }: EncoderNames): boolean {
  return name.startsWith(transform) || name.startsWith(transformNorm) || decoderBias.includes(name);
}
