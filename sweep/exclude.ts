// Pure: which combinations the `exclude` rules leave out.
import type { ExcludeRule } from './spec.ts';
import type { Trial } from './trial.ts';

export interface Exclusion {
  excludes(trial: Trial): boolean;
  /** Indices of the rules that have matched nothing so far: probably a slip. */
  idle(): number[];
}

export function createExclusion(rules: readonly ExcludeRule[]): Exclusion {
  const used = new Set<number>();
  return {
    excludes(trial) {
      const fields = fieldsOf(trial);
      const matching = rules.flatMap((rule, index) => (matches(rule, fields) ? [index] : []));
      for (const index of matching) used.add(index);
      return matching.length > 0;
    },
    idle: () => rules.map((_, index) => index).filter((index) => !used.has(index)),
  };
}

/** A field that the trial's method does not have matches no value. */
function matches(rule: ExcludeRule, fields: ReadonlyMap<string, unknown>): boolean {
  return Object.entries(rule).every(([field, values]) => (values as unknown[]).includes(fields.get(field)));
}

function fieldsOf(trial: Trial): ReadonlyMap<string, unknown> {
  const promptTuning = { insertionLayer: 0, generator: 'none' };
  return new Map<string, unknown>(
    Object.entries({
      ...(trial.method.method === 'zero-shot' ? {} : trial.training),
      ...(trial.method.method === 'prompt-tuning' ? promptTuning : {}),
      ...trial.method,
      task: trial.task.name,
      dataSeed: trial.dataSeed,
      trainSeed: trial.trainSeed,
      ...(trial.regime.kind === 'few-shot' ? { fewShot: trial.regime.k } : {}),
      ...(trial.regime.kind === 'per-class' ? { perClass: trial.regime.k } : {}),
    }),
  );
}
