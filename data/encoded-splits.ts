// A trial's examples as its backbone reads them: drawn, put into the template, cut to length.
import { loadSplits, type SplitRequest } from './dataset.ts';
import { encodeExamples, type Encoded, type EncodeSettings } from './encode.ts';
import type { Example } from './example.ts';
import { labelWordIdsOf } from './label-word-ids.ts';
import type { Tokenizer } from './tokenizer.ts';

export interface EncodedSplits {
  train: Encoded;
  dev: Encoded;
  test: Encoded;
  'test-mismatched'?: Encoded;
  /** Token id of each label's word, by label index. */
  labelWordIds: number[];
}

export interface Reading {
  tokenizer: Tokenizer;
  /** Longest sequence: the backbone's positions less the prompt. */
  maxTokens: number;
  /** Awaited when the files are read, and after each thousand examples: a large data set takes a minute. */
  afterSome?: () => Promise<void>;
}

/** A tenth of a second of sentences, seconds of documents. */
const SOME = 1_000;

/**
 * @throws ConfigurationError or DataError, as reading, drawing and encoding do, and what `afterSome` throws
 */
export async function loadEncodedSplits(request: SplitRequest, reading: Reading): Promise<EncodedSplits> {
  const { tokenizer, maxTokens, afterSome = nobodyWaits } = reading;
  const { template, labelWords } = request.task;
  const labelWordIds = labelWordIdsOf(labelWords, tokenizer);
  const splits = await loadSplits(request);
  await afterSome();
  const settings = { template, labelWords, tokenizer, maxTokens };
  const encode = (examples: Example[]): Promise<Encoded> => encodeInParts(examples, settings, afterSome);
  const mismatched = splits['test-mismatched'];
  return {
    train: await encode(splits.train),
    dev: await encode(splits.dev),
    test: await encode(splits.test),
    ...(mismatched ? { 'test-mismatched': await encode(mismatched) } : {}),
    labelWordIds,
  };
}

async function encodeInParts(
  examples: Example[],
  settings: EncodeSettings,
  afterSome: () => Promise<void>,
): Promise<Encoded> {
  const whole: Encoded = { examples: [], shortened: 0 };
  for (let from = 0; from < examples.length; from += SOME) {
    const part = encodeExamples(examples.slice(from, from + SOME), settings);
    whole.examples.push(...part.examples);
    whole.shortened += part.shortened;
    await afterSome();
  }
  return whole;
}

function nobodyWaits(): Promise<void> {
  return Promise.resolve();
}
