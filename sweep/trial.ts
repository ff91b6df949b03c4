// Pure: a trial, fully resolved: every default is filled in.
import type { BackboneReference } from './backbone.ts';
import type { MethodSettings } from './methods/settings.ts';
import type { Regime } from './regime.ts';
import type { TaskSettings } from './task.ts';
import type { TrainingSettings } from './training.ts';

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
