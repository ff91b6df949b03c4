// A decoder's weights out of its files: GPT-2.
import type { DecoderNames } from '../data/architectures/index.ts';
import type { BackboneConfig } from '../sweep/backbone-config.ts';
import type { BackboneWeights, LayerWeights } from '../lpt/weights.ts';
import type { WeightsReader } from './weights-reader.ts';

/** The head is the word embeddings; a copy of them in the file (`lm_head.weight`) is left alone. */
export async function readDecoder(
  reader: WeightsReader,
  config: BackboneConfig,
  names: DecoderNames,
): Promise<BackboneWeights> {
  const { hiddenSize, vocabularySize, maxPositions } = config;
  const word = await reader.table(names.word, [vocabularySize, hiddenSize]);
  const position = await reader.table(names.position, [maxPositions, hiddenSize]);
  const layers: LayerWeights[] = [];
  for (let index = 0; index < config.layers; index += 1)
    layers.push(await readLayer(reader, config, names.layer(index)));
  return { embeddings: { word, position }, layers, finalNorm: await reader.norm(names.finalNorm, hiddenSize) };
}

async function readLayer(
  reader: WeightsReader,
  { hiddenSize: width, intermediateSize }: BackboneConfig,
  names: ReturnType<DecoderNames['layer']>,
): Promise<LayerWeights> {
  const whole = (name: string, outputs: number) => reader.columns(name, [width, outputs], { start: 0, count: outputs });
  const joined: [number, number] = [width, 3 * width]; // query, key and value side by side
  return {
    query: await reader.columns(names.queryKeyValue, joined, { start: 0, count: width }),
    keyValue: await reader.columns(names.queryKeyValue, joined, { start: width, count: 2 * width }),
    attentionOutput: await whole(names.attentionOutput, width),
    attentionNorm: await reader.norm(names.attentionNorm, width),
    intermediate: await whole(names.intermediate, intermediateSize),
    output: await reader.column(names.output, [intermediateSize, width]),
    outputNorm: await reader.norm(names.outputNorm, width),
  };
}
