// Pure: how a trial is trained, and what of that is kept.

/** What is drawn against the step while a trial trains. */
export const CURVES = ['loss', 'gradientNorm', 'learningRate'] as const;

export const CHECKPOINT_KINDS = ['last', 'best'] as const;
export type CheckpointKind = (typeof CHECKPOINT_KINDS)[number];

/** AdamW with linear warm-up, linear decay to zero and clipping by global norm. */
export interface TrainingSettings {
  steps: number;
  batchSize: number;
  learningRate: number;
  weightDecay: number;
  /** Share of the steps spent warming up. */
  warmupFraction: number;
  /** Largest global gradient norm. */
  clipNorm: number;
  /** Dev is scored every so many steps, and after the last. A checkpoint is written each time. */
  evaluateEvery: number;
  /** Examples per forward pass when scoring; decides speed and memory only. */
  evaluationBatchSize: number;
  /** Whether the backbone's own dropout runs in training, in the frozen layers too. Their outputs then cannot be kept. */
  frozenDropout: boolean;
}
