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
    stoppedBecause: sweep.error,
    errors: failures.map(describeFailures).join('; ') || null,
  };
}

/** `2 trials failed, 5 attempts ended with out-of-memory (retried smaller), first: …` */
function describeFailures({ kind, rule, trials, attempts, message }: SweepStatus['failures'][number]): string {
  const failed = trials === 1 ? ['1 trial failed'] : trials > 1 ? [`${trials} trials failed`] : [];
  const ended = attempts === 1 ? ['1 attempt ended'] : attempts > 1 ? [`${attempts} attempts ended`] : [];
  return `${[...failed, ...ended].join(', ')} with ${kind} (${rule}), first: ${message}`;
}
