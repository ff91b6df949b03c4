// A trial that is being trained, with all that it is trained with.
import type { Backbone } from '../lpt/backbone.ts';
import type { Method } from '../lpt/method.ts';
import type { Trial } from '../sweep/trial.ts';
import type { Lookups } from './lookups.ts';
import type { Shortened } from './messages.ts';
import type { Pulse } from './pulse.ts';
import type { Needs } from './room.ts';
import type { SharedSteps } from './shared-steps.ts';
import type { SplitInputs } from './split-inputs.ts';
import type { TimeMeter } from './time-meter.ts';

export interface Run extends Needs {
  trial: Trial;
  trialKey: string;
  /** In which way it is given its texts. */
  reading: string;
  method: Method;
  inputs: { train: SplitInputs; dev: SplitInputs; test: SplitInputs; 'test-mismatched'?: SplitInputs };
  shortened: Shortened;
  lookups: Lookups;
  time: TimeMeter;
  /** Token id of each label's word, by label index. */
  labelWordIds: number[];
  checkpoint?: Uint8Array;
  shrink: number;
  pulse: Pulse;
  /** Where it meets the other trials of its trainer. */
  steps: SharedSteps;
  backbone: Backbone;
  /** Lets go of what it holds of all that its trainer keeps. */
  release: () => void;
}
