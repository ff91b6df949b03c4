// Where a sweep stands, as one flat row.
import type { SweepStatus } from '../control/status.ts';
import { describeConfiguration } from '../control/configuration-words.ts';
import { percent } from '../sweep/numbers.ts';
import { columnTitle } from '../sweep/statistics/words.ts';
import type { Cell } from './print.ts';
import { counted } from '../sweep/counted.ts';

export function statusRecord(status: SweepStatus): Record<string, Cell> {
  const { sweep, progress, secondsLeft, failures } = status;
  // A flat row has fields for one; `best` names all of them.
  const [best] = progress.best;
  return {
    name: sweep.name,
    state: sweep.state,
    total: progress.total,
    ...progress.counts,
    secondsLeft: secondsLeft === null ? null : Math.round(secondsLeft),
    bestTask: best?.task ?? null,
    bestRegime: best?.regime ?? null,
    bestK: best?.k ?? null,
    bestMethod: best?.method ?? null,
    bestInsertionLayer: best?.insertionLayer ?? null,
    bestPromptLength: best?.promptLength ?? null,
    bestGenerator: best?.generator ?? null,
    bestDevMean: best?.devMean ?? null,
    best: bestWords(status).join('; ') || null,
    stoppedBecause: sweep.error,
    errors: failures.map(describeFailures).join('; ') || null,
  };
}

/** `mr (32): a prompt of length 5 after layer 6, made by npg: dev 70.0 (2 seeds)`, of each task and regime. */
export function bestWords({ progress: { best }, apart }: Pick<SweepStatus, 'progress' | 'apart'>): string[] {
  return best.map((row) => {
    return `${columnTitle(row, best)}: ${describeConfiguration(row, apart)}: dev ${percent(row.devMean)} (${counted(row.n, 'seed')})`;
  });
}

/** `2 trials failed, 5 attempts ended with out-of-memory (retried smaller), first: …` */
function describeFailures({ kind, rule, trials, attempts, message }: SweepStatus['failures'][number]): string {
  const failed = trials === 0 ? [] : [`${counted(trials, 'trial')} failed`];
  const ended = attempts === 0 ? [] : [`${counted(attempts, 'attempt')} ended`];
  return `${[...failed, ...ended].join(', ')} with ${kind} (${rule}), first: ${message}`;
}
