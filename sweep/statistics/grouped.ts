// Pure: values that belong together.

export type Filled<T> = [T, ...T[]];

/** In order of first appearance; no group is empty. */
export function grouped<T>(values: readonly T[], keyOf: (value: T) => string): Filled<T>[] {
  const groups = new Map<string, Filled<T>>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return [...groups.values()];
}
