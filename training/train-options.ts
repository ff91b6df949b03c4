// What whoever has a trial trained hears of it, and how it ends.
import type { FromTrainer } from './messages.ts';

export type TrainEnd = Extract<FromTrainer, { type: 'finished' | 'cancelled' | 'failed' }>;
export type TrainEvent = Exclude<FromTrainer, TrainEnd>;

export interface TrainOptions {
  /**
   * Called with one event after the other; a promise holds the trainer back when it falls behind. An error stops the
   * trial at its next step.
   */
  onEvent: (event: TrainEvent) => void | Promise<void>;
  /** Called every few seconds while nothing need be heard of the trainer, as during a long step, and no event waits to be dealt with. */
  onAlive?: () => void;
  /** Stops the trial at its next step; `train` then resolves to `cancelled`. A trainer that hangs is killed. */
  signal?: AbortSignal;
}
