// Where a sweep stands, as one flat row.
import type { SweepStatus } from '../control/describe.ts';
import type { Cell } from './print.ts';

export function statusRecord({ sweep, progress, secondsLeft, failures }: SweepStatus): Record<string, Cell> {
  const [best] = progress.best;
  return {
    name: sweep.name,
    state: sweep.state,
    total: progress.total,
    ...progress.counts,
    secondsLeft: secondsLeft === null ? null : Math.round(secondsLeft),
    bestTask: best?.task ?? null,
    bestMethod: best?.method ?? null,
    bestInsertionLayer: best?.insertionLayer ?? null,
    bestPromptLength: best?.promptLength ?? null,
    bestGenerator: best?.generator ?? null,
    bestDevMean: best?.devMean ?? null,
    errors: failures.map(({ kind, trials, message }) => `${trials} × ${kind}: ${message}`).join('; ') || null,
  };
}
