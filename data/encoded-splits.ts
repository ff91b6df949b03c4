// A trial's examples as its backbone reads them: drawn, put into the template, cut to length.
import { loadSplits, type SplitRequest } from './dataset.ts';
import { encodeExamples, type Encoded } from './encode.ts';
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
}

/** @throws ConfigurationError or DataError, as reading, drawing and encoding do */
export async function loadEncodedSplits(request: SplitRequest, reading: Reading): Promise<EncodedSplits> {
  const { template, labelWords } = request.task;
  const labelWordIds = labelWordIdsOf(labelWords, reading.tokenizer);
  const splits = await loadSplits(request);
  const settings = { template, labelWords, ...reading };
  const mismatched = splits['test-mismatched'];
  return {
    train: encodeExamples(splits.train, settings),
    dev: encodeExamples(splits.dev, settings),
    test: encodeExamples(splits.test, settings),
    ...(mismatched ? { 'test-mismatched': encodeExamples(mismatched, settings) } : {}),
    labelWordIds,
  };
}
