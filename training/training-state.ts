// All that changes while a trial trains: the trained variables, AdamW's moments, the step, and the best weights so far.
import * as tf from '@tensorflow/tfjs-core';
import type { Method } from '../lpt/method.ts';
import { AdamW } from './optimizer.ts';
import { TimeMeter } from './time-meter.ts';

export interface Best {
  step: number;
  score: number;
  /** Variable's name → values. */
  weights: Map<string, Float32Array>;
}

export class TrainingState {
  readonly method: Method;
  readonly optimizer: AdamW;
  /** Told by each step and each evaluation what they do. */
  readonly time: TimeMeter;
  /** Steps done. */
  step = 0;
  /** The last step that dev was scored at: a trial may stop between the step and its evaluation. */
  evaluatedAt = -1;
  best: Best | null = null;
  /** Of the steps done, those taken with other trials. */
  jointSteps = 0;
  /** Whether others were in its trainer at some time: then neither its time nor its memory is its own alone. */
  wasAccompanied = false;

  constructor(method: Method, weightDecay: number, time = new TimeMeter(() => performance.now())) {
    this.method = method;
    this.time = time;
    this.optimizer = new AdamW(method.trained, weightDecay);
  }

  /** Takes note of a dev score at the present step. The earlier of two equal scores stays. */
  async scored(score: number): Promise<void> {
    this.evaluatedAt = this.step;
    if (this.best && this.best.score >= score) return;
    this.best = { step: this.step, score, weights: await this.#weights() };
  }

  /** Puts the best weights back into the variables. */
  select(): void {
    for (const { name, variable } of this.method.trained) {
      const values = this.best?.weights.get(name);
      if (!values) throw new Error(`Expected selected weights for ${name}, found none.`);
      const tensor = tf.tensor(values, variable.shape);
      variable.assign(tensor);
      tensor.dispose();
    }
  }

  dispose(): void {
    this.optimizer.dispose();
  }

  async #weights(): Promise<Map<string, Float32Array>> {
    const weights = new Map<string, Float32Array>();
    for (const { name, variable } of this.method.trained) {
      weights.set(name, (await variable.data<'float32'>()).slice());
    }
    return weights;
  }
}
