// Pure: how many numbers a trial trains.
import type { Widths } from './methods/descriptor.ts';
import { descriptorOf } from './methods/index.ts';
import type { Trial } from './trial.ts';

export function trainedNumbers({ method, task }: Pick<Trial, 'method' | 'task'>, widths: Widths): number {
  const labels = Object.keys(task.labelWords).length;
  return descriptorOf(method.method).trainable(method, { ...widths, labels });
}
