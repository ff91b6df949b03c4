// Pure: which combinations the `exclude` rules leave out.
import { descriptorOf } from './methods/index.ts';
import type { MethodSettings } from './methods/settings.ts';
import type { ExcludeRule } from './spec.ts';
import type { Trial } from './trial.ts';

export interface Exclusion {
  excludes(trial: Trial): boolean;
  /** Whatever else its trials have. */
  excludesMethod(method: MethodSettings): boolean;
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
    excludesMethod(method) {
      if (rules.length === 0) return false;
      const fields = new Map(Object.entries(methodFields(method)));
      return rules.some((rule) => matches(rule, fields));
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
  return new Map<string, unknown>(
    Object.entries({
      ...(descriptorOf(trial.method.method).passes === 0 ? {} : trial.training),
      ...methodFields(trial.method),
      task: trial.task.name,
      dataSeed: trial.dataSeed,
      trainSeed: trial.trainSeed,
      ...(trial.regime.kind === 'few-shot' ? { fewShot: trial.regime.k } : {}),
      ...(trial.regime.kind === 'per-class' ? { perClass: trial.regime.k } : {}),
    }),
  );
}

function methodFields(method: MethodSettings): object {
  const shape = Object.entries(descriptorOf(method.method).promptShape?.(method) ?? {});
  return { ...Object.fromEntries(shape.filter(([, value]) => value !== null)), ...method };
}
