// Linear warm-up from zero, then linear decay to zero, as Hugging Face's get_linear_schedule_with_warmup has it.
import type { TrainingSettings } from '../sweep/training.ts';

/** Learning rate of the step that follows `step` finished ones. */
export function learningRateAt(step: number, settings: TrainingSettings): number {
  const { steps, learningRate, warmupFraction } = settings;
  const warmup = Math.ceil(steps * warmupFraction);
  if (step < warmup) return (learningRate * step) / warmup;
  return (learningRate * Math.max(0, steps - step)) / Math.max(1, steps - warmup);
}
