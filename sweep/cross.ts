// Pure: every combination of the values that each field may take.

/** The first field varies slowest. A field without values leaves no combination. */
export function cross<T extends object>(choices: { [Field in keyof T]: readonly T[Field][] }): T[] {
  const fields = Object.entries<readonly unknown[]>(choices);
  const combinations = fields.reduce<Record<string, unknown>[]>(
    (partial, [field, values]) => partial.flatMap((known) => values.map((value) => ({ ...known, [field]: value }))),
    [{}],
  );
  // Each holds exactly the fields of T, each with one of its values.
  return combinations as T[];
}
