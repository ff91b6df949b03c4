// Pure: what must be known about the backbone and the data before a sweep file can be expanded and checked.
import type { BackboneReference, TaskSettings } from './trial.ts';

export interface BackboneFacts extends BackboneReference {
  layers: number;
  hiddenSize: number;
  heads: number;
  intermediateSize: number;
  vocabularySize: number;
  maxPositions: number;
  typeVocabularySize: number;
}

export interface TaskFacts extends TaskSettings {
  /** Label → training examples there are to draw from; dev is drawn from them as well. */
  classes: Record<string, number>;
  /** Examples of the test split. */
  testExamples: number;
  /** Mean length of an example inside its template, special tokens included; for the cost estimate. */
  meanTokens: number;
}

export interface SweepFacts {
  backbone: BackboneFacts;
  /** By the task's name in the sweep file. */
  tasks: Record<string, TaskFacts>;
}
