// Pure: places in an order, equal values sharing the mean of theirs.

/** 1 for the smallest. */
export function midranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const smaller = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return smaller + (equal + 1) / 2;
  });
}
