// What Temporal's own page can filter by. Servers that lack these attributes are left alone: see `SweepInput.searchAttributes`.
import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributePair } from '@temporalio/common';

export const sweepNameAttribute = defineSearchAttributeKey('SweepName', SearchAttributeType.KEYWORD);
export const taskAttribute = defineSearchAttributeKey('Task', SearchAttributeType.KEYWORD);
export const methodAttribute = defineSearchAttributeKey('Method', SearchAttributeType.KEYWORD);
export const insertionLayerAttribute = defineSearchAttributeKey('InsertionLayer', SearchAttributeType.INT);
export const promptLengthAttribute = defineSearchAttributeKey('PromptLength', SearchAttributeType.INT);
export const trialStateAttribute = defineSearchAttributeKey('TrialState', SearchAttributeType.KEYWORD);

export const SEARCH_ATTRIBUTES = [
  sweepNameAttribute,
  taskAttribute,
  methodAttribute,
  insertionLayerAttribute,
  promptLengthAttribute,
  trialStateAttribute,
];

/** What is filtered by, of one trial. */
export interface TrialLabels {
  sweepName: string;
  task: string;
  method: string;
  insertionLayer: number | null;
  promptLength: number | null;
}

export function trialAttributes(labels: TrialLabels): SearchAttributePair[] {
  return [
    { key: sweepNameAttribute, value: labels.sweepName },
    { key: taskAttribute, value: labels.task },
    { key: methodAttribute, value: labels.method },
    ...(labels.insertionLayer === null ? [] : [{ key: insertionLayerAttribute, value: labels.insertionLayer }]),
    ...(labels.promptLength === null ? [] : [{ key: promptLengthAttribute, value: labels.promptLength }]),
    { key: trialStateAttribute, value: 'waiting' },
  ];
}
