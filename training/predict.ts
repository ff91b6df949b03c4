// Labels new texts with exported weights, the way the trial that they come from labelled its test split.
import { encodeExamples } from '../data/encode.ts';
import { labelWordIdsOf } from '../data/label-word-ids.ts';
import { labelsOf } from '../sweep/labels.ts';
import { createMethod } from '../lpt/methods.ts';
import { textPositions } from '../sweep/arithmetic.ts';
import type { ModelCard } from '../sweep/model-card.ts';
import { readingOf } from '../sweep/reading.ts';
import { restoreBest } from './checkpoint.ts';
import { labelScores, predictedLabel } from './label-scores.ts';
import type { Resident } from './resident-backbone.ts';
import { SplitInputs } from './split-inputs.ts';

export interface PredictRequest {
  card: ModelCard;
  /** The exported safetensors file. */
  weights: Uint8Array;
  /** Folder of the backbone on this machine. */
  backboneFolder: string;
  /** Template's field → text, one mapping an example. */
  texts: Record<string, string>[];
}

export interface Prediction {
  label: string;
  labelWord: string;
  /** Softmax over the label words. */
  probability: number;
}

export interface Predicted {
  /** In the order of the texts. */
  predictions: Prediction[];
  /** How many texts are longer than the backbone can read, and lost their end. */
  shortened: number;
}

/** @throws ConfigurationError */
export async function predict({ card, weights, texts }: PredictRequest, loaded: Resident): Promise<Predicted> {
  const { backbone, hiddenStates, tokenizer } = loaded;
  const { template, labelWords } = card.task;
  const labels = labelsOf(labelWords);
  const labelWordIds = labelWordIdsOf(labelWords, tokenizer);
  const method = createMethod({
    ...{ settings: card.method, backbone, trainSeed: card.trainSeed },
    ...{ labels: labels.length, ordinaryWordIds: tokenizer.wordIds() },
  });
  try {
    const [{ architecture }, { isByteLevel }] = [backbone.config, tokenizer];
    const reading = readingOf({ method: card.method, template, architecture, isByteLevel });
    restoreBest(method, weights, { ...card.trial, reading });
    const maxTokens = textPositions(card.method, backbone.config);
    // Nothing is held against the label: any that the task knows will do.
    const examples = texts.map((fields) => ({ fields, label: labels[0] ?? '' }));
    const encoded = encodeExamples(examples, { template, labelWords, tokenizer, maxTokens });
    const { inputLayers } = method;
    const inputs = new SplitInputs({
      ...{ examples: encoded.examples, labelWordIds, backbone, hiddenStates, inputLayers },
      layersToKeep: [],
    });
    const batchSize = card.training.evaluationBatchSize;
    const afterBatch = (): Promise<void> => Promise.resolve();
    const rows = await labelScores({ method, inputs, labelWordIds, batchSize, afterBatch });
    return { predictions: rows.map((row) => predictionOf(row, labels, labelWords)), shortened: encoded.shortened };
  } finally {
    method.dispose();
  }
}

function predictionOf(row: Float32Array, labels: string[], labelWords: Record<string, string>): Prediction {
  const best = predictedLabel(row);
  const label = labels[best] ?? '';
  const top = row[best] ?? Number.NaN;
  const probability = 1 / row.reduce((sum, score) => sum + Math.exp(score - top), 0);
  return { label, labelWord: labelWords[label] ?? '', probability };
}
