// Pure: what must be known about the backbone and the data before a sweep file can be expanded and checked.
import type { BackboneConfig } from './backbone-config.ts';
import type { BackboneReference } from './backbone.ts';
import type { Split, TaskSettings } from './task.ts';

/** Of a backbone's configuration, what a plan and its estimates go by. */
type Planned =
  | ('architecture' | 'layers' | 'hiddenSize' | 'embeddingSize' | 'heads' | 'intermediateSize')
  | ('vocabularySize' | 'maxPositions' | 'typeVocabularySize')
  | ('hiddenDropout' | 'attentionOutputDropout' | 'attentionDropout');

export type BackboneFacts = BackboneReference & Pick<BackboneConfig, Planned>;

export interface TaskFacts extends TaskSettings {
  /** Label → training examples there are to draw from; dev is drawn from them as well. */
  classes: Record<string, number>;
  /** Examples of the test split. */
  testExamples: number;
  /** Examples of the second test split, where there is one. */
  mismatchedExamples?: number;
  /** Examples of all splits that have no label and are left out. */
  unlabelled?: number;
  /** The test file has no labels, and test is the dev file. */
  testedOnDev?: boolean;
  /** Mean length of an example inside its template, special tokens included; for the cost estimate. */
  meanTokens: number;
  /** Splits with examples that are longer than the backbone can read beside the sweep's longest prompt. */
  shortened?: ShortenedFacts[];
}

export interface ShortenedFacts {
  split: Split;
  /** Of the `measured` first examples, how many lose text. */
  shortened: number;
  measured: number;
}

export interface SweepFacts {
  backbone: BackboneFacts;
  /** By the task's name in the sweep file. */
  tasks: Record<string, TaskFacts>;
}
