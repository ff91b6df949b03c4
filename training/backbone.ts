// Loads a language model from a Hugging Face-style folder: config.json, and model.safetensors or its shards.
import type { DecoderType, EncoderType } from '../data/architectures/index.ts';
import { fingerprintBackbone, readBackboneType, weightsFiles } from '../data/backbone-files.ts';
import type { Backbone } from '../lpt/backbone.ts';
import { readDecoder } from './decoder-weights.ts';
import { isOfMlmHead, readEncoder } from './encoder-weights.ts';
import { collectGarbage } from './garbage.ts';
import { WeightsReader } from './weights-reader.ts';

/**
 * A TensorFlow backend must be loaded. Every tensor's name, shape and finiteness is checked.
 * @param afterSome awaited after each piece that was read; what it throws ends the loading
 * @throws ConfigurationError or SafetensorsError naming the file, the tensor, what was expected and what was found
 */
export async function loadBackbone(folder: string, afterSome?: () => Promise<void>): Promise<Backbone> {
  const { config, type } = await readBackboneType(folder);
  const fingerprint = await fingerprintBackbone(folder, afterSome);
  const reader = await openWeights(folder, type, afterSome);
  try {
    const weights = await (type.architecture === 'encoder'
      ? readEncoder(reader, config, type.names)
      : readDecoder(reader, config, type.names));
    return { config, fingerprint, weights, dispose: () => reader.dispose() };
  } catch (error) {
    reader.dispose();
    throw error;
  } finally {
    await reader.close();
    collectGarbage();
  }
}

async function openWeights(
  folder: string,
  type: EncoderType | DecoderType,
  afterSome?: () => Promise<void>,
): Promise<WeightsReader> {
  const files = await weightsFiles(folder);
  return WeightsReader.open({
    files,
    afterSome,
    source: files.length === 1 ? (files[0] ?? folder) : `${folder} (${files.length} files of weights)`,
    prefix: type.names.prefix,
    isOfHead: type.architecture === 'encoder' ? (name) => isOfMlmHead(name, type.names) : () => false,
  });
}
