// Pure: the words of a sweep as types. A trial here is fully resolved: every default is filled in.
import type { AdapterDropSettings } from './methods/adapter-drop.ts';
import type { AdapterSettings } from './methods/adapter.ts';
import type { BitFitSettings } from './methods/bitfit.ts';
import type { FullTuningSettings } from './methods/full-tuning.ts';
import type { LinearProbeSettings } from './methods/linear-probe.ts';
import type { LoraSettings } from './methods/lora.ts';
import type { LptSettings } from './methods/lpt.ts';
import type { PTuningSettings } from './methods/p-tuning-v2.ts';
import type { PromptTuningSettings } from './methods/prompt-tuning.ts';
import type { SIdpgSettings } from './methods/s-idpg.ts';
import type { ZeroShotSettings } from './methods/zero-shot.ts';

export const METRICS = ['accuracy', 'f1', 'accuracy-f1', 'matthews'] as const;
export type MetricName = (typeof METRICS)[number];

/** `stopped-early`: a stopping rule ended it; it has dev scores, no test score, and is in no average. */
export const TRIAL_STATES = [
  'waiting',
  'running',
  'complete',
  'failed',
  'cancelled',
  'paused',
  'stopped-early',
] as const;
export type TrialState = (typeof TRIAL_STATES)[number];

export const SWEEP_STATES = ['waiting', 'running', 'complete', 'failed', 'cancelled', 'paused'] as const;
export type SweepState = (typeof SWEEP_STATES)[number];
/** Of a sweep that is not over, and not held: its workflow runs, or is about to. */
export const OPEN_STATES = ['waiting', 'running'] as const satisfies readonly SweepState[];

export function isOpen({ state }: { state: SweepState }): boolean {
  return OPEN_STATES.some((open) => open === state);
}

/** `paused`: it wrote its checkpoint and yielded. */
export const ATTEMPT_STATES = [
  'running',
  'complete',
  'failed',
  'cancelled',
  'paused',
  'stopped-early',
  'superseded',
] as const;
export type AttemptState = (typeof ATTEMPT_STATES)[number];

/** Which waiting trial is taken first, as Temporal counts it: 1 before all others, 5 after them. */
export const PRIORITIES = [1, 2, 3, 4, 5] as const;
export type Priority = (typeof PRIORITIES)[number];
export const USUAL_PRIORITY: Priority = 3;

/** Trials of a sweep in flight at one time. */
export const LARGEST_WINDOW = 1000;

/** What is drawn against the step while a trial trains. */
export const CURVES = ['loss', 'gradientNorm', 'learningRate'] as const;

export const CHECKPOINT_KINDS = ['last', 'best'] as const;
export type CheckpointKind = (typeof CHECKPOINT_KINDS)[number];

/** MNLI has two test sets: `test` is that of genres seen in training (matched). */
export const SPLITS = ['train', 'dev', 'test', 'test-mismatched'] as const;
export type Split = (typeof SPLITS)[number];

/** What a failure is decides what is done about it: `workflows/failures.ts` has the rule of each kind. */
export const ERROR_KINDS = [
  'configuration',
  'data',
  'diverged',
  'out-of-memory',
  'trainer-lost',
  'worker-lost',
  'worker-stopping',
  'database-away',
  'hub-away',
  'unknown',
] as const;
export type ErrorKind = (typeof ERROR_KINDS)[number];

export type MethodSettings =
  | LptSettings
  | PromptTuningSettings
  | PTuningSettings
  | SIdpgSettings
  | LoraSettings
  | AdapterSettings
  | AdapterDropSettings
  | BitFitSettings
  | LinearProbeSettings
  | FullTuningSettings
  | ZeroShotSettings;
export type MethodName = MethodSettings['method'];

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

export const REGIMES = ['few-shot', 'full', 'per-class'] as const;

/**
 * `few-shot`: `k` is the total over all classes, drawn stratified. `per-class`: `k` of every class, and with `devSize` null
 * as many for dev (Gao et al. 2021). `testSize` null scores the whole test split.
 */
export type Regime =
  | { kind: 'few-shot'; k: number; devSize: number; testSize: number | null }
  | { kind: 'per-class'; k: number; devSize: number | null; testSize: number | null }
  | { kind: 'full'; devSize: number; testSize: number | null };

/** Where a task's examples lie: one source a split, or one source that is split by seed when `dev`/`test` are absent. */
export interface DataSource {
  /** What any machine can find it by: a built-in name or `hub:<id>`. Absent where only the launching machine has it. */
  reference?: string;
  /** Files on the machine that launched, absolute; the readers go by the extension (tsv, csv, jsonl, parquet). */
  files: { train: string; dev?: string; test?: string; testMismatched?: string };
  /** The template's field (`sentence`, `sentence1`, …, and `label`) → the file's column. */
  columns: Record<string, string>;
  /** sha256 over the files' contents and the mapping. */
  fingerprint: string;
}

export interface TaskSettings {
  name: string;
  /** Cloze text with `{field}`s and one `<mask>`. */
  template: string;
  /** Label as it stands in the data → the one-token word that stands for it. */
  labelWords: Record<string, string>;
  metric: MetricName;
  /** The label whose F1 is meant, where it is not the one that is last in alphabetical order. */
  positive?: string | undefined;
  data: DataSource;
}

export interface BackboneReference {
  /** What the sweep file says: `bert-base-uncased`, a folder, or a Hub id. */
  name: string;
  /** Where it lies on the machine that launched; a worker elsewhere resolves `name` for itself. */
  folder: string;
  /** sha256 of the weights. */
  fingerprint: string;
  /** sha256 of its configuration and tokenizer as they are read; absent in trials of before it was kept. */
  setup?: string | undefined;
}

/** One training run, with everything that decides its outcome. */
export interface Trial {
  backbone: BackboneReference;
  task: TaskSettings;
  regime: Regime;
  method: MethodSettings;
  training: TrainingSettings;
  /** Which examples are drawn. */
  dataSeed: number;
  /** Initial values, shuffling, dropout. */
  trainSeed: number;
}
