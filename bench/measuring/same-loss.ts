// Two sides are compared in what they take for the same numbers; where the numbers differ, the comparison means nothing.

/** @throws where a loss differs by more than a thousandth */
export function checkSameLoss(one: number[], other: number[]): void {
  const differing = one.findIndex((loss, index) => Math.abs(loss / (other[index] ?? Number.NaN) - 1) > 1e-3);
  if (differing === -1) return;
  throw new Error(
    `Expected both sides to compute the same, found losses ${one.join(', ')} and ${other.join(', ')}: the comparison means nothing.`,
  );
}
