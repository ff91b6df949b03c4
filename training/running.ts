// A trial in a trainer's child process, as the parent sees it.
import type { FromTrainer } from './messages.ts';
import type { Heard } from './silence.ts';
import type { TrainEnd, TrainOptions } from './train-options.ts';
import type { TrainerChild } from './trainer-child.ts';

export interface Running extends Heard {
  ride: number;
  /** That trains it: another may have taken this one's place before its last events are dealt with. */
  child: TrainerChild;
  backbone: string;
  options: TrainOptions;
  /** Processes that the kernel had killed for memory when the trial began. */
  oomKills: number | null;
  /** Deals with one event after the other. */
  queue: Promise<void>;
  /** Events in it. */
  waiting: number;
  end: (result: TrainEnd) => void;
  fail: (error: unknown) => void;
  /** What `onEvent` threw. */
  error?: unknown;
  /** Runs from the moment when it is told to stop. */
  deadline?: NodeJS.Timeout;
  /** It was killed because it did not stop. */
  isOverdue?: boolean;
  /** The child has said how it ended, however long it takes to deal with that. */
  hasAnswered?: boolean;
}

export function isEnd(message: FromTrainer): message is TrainEnd {
  return message.type === 'finished' || message.type === 'cancelled' || message.type === 'failed';
}
