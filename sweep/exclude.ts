// Pure: which combinations the `exclude` rules leave out.
import type { PromptShape } from './methods/descriptor.ts';
import { descriptorOf } from './methods/index.ts';
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
      if (rules.length === 0) return false;
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
  return Object.entries(rule).every(([field, values]) => values.some((value) => isSame(value, fields.get(field))));
}

/** A value may be a list, of layers for example; a single one is then the same as a list of it. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify([one].flat()) === JSON.stringify([other].flat());
}

function fieldsOf(trial: Trial): ReadonlyMap<string, unknown> {
  const descriptor = descriptorOf(trial.method.method);
  const shape = Object.entries(descriptor.promptShape?.(trial.method) ?? {}).filter(([, value]) => value !== null);
  return new Map<string, unknown>(
    Object.entries({
      ...(descriptor.passes === 0 ? {} : trial.training),
      ...(Object.fromEntries(shape) as Partial<PromptShape>),
      ...trial.method,
      task: trial.task.name,
      dataSeed: trial.dataSeed,
      trainSeed: trial.trainSeed,
      ...(trial.regime.kind === 'few-shot' ? { fewShot: trial.regime.k } : {}),
      ...(trial.regime.kind === 'per-class' ? { perClass: trial.regime.k } : {}),
    }),
  );
}
