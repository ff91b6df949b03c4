// What the worker and its trainer process say to each other, over Node's IPC channel with structured clone.
import type { ErrorKind } from '../sweep/error-kinds.ts';
import type { TrainerProvenance } from '../sweep/provenance.ts';
import type { MetricName, Split } from '../sweep/task.ts';
import type { Seconds } from '../sweep/throughput.ts';
import type { Trial } from '../sweep/trial.ts';
import type { Parts } from './score.ts';

export interface TrainRequest {
  trial: Trial;
  /** As it was launched: its checkpoints and weights bear it, whatever the trial would be called today. */
  trialKey: string;
  /** Folder of the backbone on this machine. */
  backboneFolder: string;
  /** Bytes of the last checkpoint, when an earlier attempt left one. */
  checkpoint?: Uint8Array;
  /** Every insertion layer of the sweep: one filling pass keeps the hidden states of all of them. */
  layersToKeep: number[];
  /**
   * How often memory is halved, 0 where absent: hidden states kept, examples scored at once, and examples of a training
   * step that are computed at once. The numbers stay the same up to rounding.
   */
  shrink?: number;
}

/** Where hidden states are kept on disk. */
export interface DiskSettings {
  folder: string;
  /** Of all files together. */
  limitMiB: number;
}

/** `ride` tells the trials of one trainer apart. */
export type ToTrainer =
  | { type: 'train'; ride: number; request: TrainRequest }
  | { type: 'cancel'; ride: number }
  /** One of a trial's messages has been dealt with: it may send another. */
  | { type: 'received'; ride: number };

export type Phase = 'loading' | 'caching' | 'training' | 'evaluating';

export interface Progress {
  phase: Phase;
  /** Steps done, of `steps`. */
  step: number;
  steps: number;
  /** Grows with every message: a heartbeat without a new value is no progress. */
  tick: number;
  /** How long its trainer may be silent from here on before it is taken to hang. */
  silenceMs: number;
}

/** A piece of work that is done: what is watched of a trainer beside a trial's own numbers. */
export interface Work {
  phase: Phase | 'checkpointing';
  /** Steps done when it ended. */
  step: number;
  /** Milliseconds since the epoch. */
  startedAt: number;
  ms: number;
  /** Milliseconds of each step in it; in `training` only. */
  stepMs?: number[];
  usage: Usage;
}

export interface Usage {
  /** The trainer's process. */
  pid: number;
  /** Chunks of hidden states found kept, and run anew, since the last piece of work. */
  hits: number;
  fills: number;
  /** Of the hits, those that came from disk. */
  diskHits: number;
  /** Blocks on disk that were not what had been written, since the last piece of work; each was computed anew. */
  damaged: number;
  /** Blocks that could not be written to disk, since the last piece of work; other processes compute them anew. */
  unwritten: number;
  /** Hidden states kept in memory now. */
  hiddenStatesBytes: number;
  /** On disk, by all processes that keep theirs there, as far as this one knows. */
  hiddenStatesDiskBytes: number;
  /** Most memory the trainer's process has had so far. */
  peakMemoryMiB: number;
}

export interface MetricPoint {
  step: number;
  name: 'loss' | 'gradientNorm' | 'learningRate';
  value: number;
}

export interface Evaluation {
  step: number;
  split: Exclude<Split, 'train'>;
  metric: MetricName;
  /** In [0, 1]; the Matthews correlation in [-1, 1]. */
  score: number;
  /** The metrics that the score is put together of; absent where it stands for itself. */
  parts?: Parts;
  loss: number;
  examples: number;
  /** Predicted label per example, by index into the task's labels, in the split's own order. Tests only. */
  predictions?: number[];
  /** The right ones, likewise: predictions can be held against those of another trial, or looked at. */
  labels?: number[];
}

export type Shortened = Partial<Record<Split, number>>;

export interface TrialOutcome {
  devScore: number;
  testScore: number;
  /** The step whose weights scored best on dev; test was scored once, with these. */
  selectedStep: number;
  steps: number;
  /** How many examples of each split were longer than the backbone can read, and lost text. */
  shortened: Shortened;
  trainableParameters: number;
  /** Median over this attempt's steps; null where nothing was trained. Of a step that several trials took, its share. */
  msPerStep: number | null;
  /** Whether other trials were in its trainer at some time, through all attempts that went on from one another. */
  measuredJointly: boolean;
  /** Of all its steps, those taken with other trials: its numbers are then those of a solo run up to rounding. */
  jointSteps: number;
  /**
   * Share of the hidden states read in this attempt, by steps and scores, that were found kept and not computed for it;
   * null where none were read.
   */
  cacheHitRate: number | null;
  /** What its time in trainers went to, through all attempts that went on from one another; null where it was not measured. */
  seconds: Seconds | null;
  /** Of its trainer's process, up to now: TensorFlow's allocator gives nothing back, so that of earlier trials is in it. */
  peakMemoryMiB: number;
}

export interface TrainerError {
  kind: ErrorKind;
  message: string;
  /** It was not begun: what its trainer has is whole. */
  isRefusal?: boolean;
}

export type FromTrainer =
  | ({ type: 'ready' } & TrainerProvenance)
  | { type: 'progress'; progress: Progress }
  | { type: 'metrics'; points: MetricPoint[] }
  | { type: 'evaluation'; evaluation: Evaluation }
  | { type: 'worked'; work: Work }
  /** What a person should know of the machine: a disk that is full, a damaged file. */
  | { type: 'notice'; text: string }
  | { type: 'checkpoint'; step: number; bytes: Uint8Array }
  | { type: 'finished'; outcome: TrialOutcome; best: Uint8Array | null }
  | { type: 'cancelled'; step: number }
  | { type: 'failed'; error: TrainerError };

export interface Said {
  ride: number;
  message: FromTrainer;
}
