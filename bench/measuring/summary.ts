// Minimum, median and maximum of a list of measurements.

export interface Summary {
  min: number;
  median: number;
  max: number;
}

export function summarise(values: number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => toThousandths(sorted[index] ?? Number.NaN);
  const middle = (sorted.length - 1) / 2;
  const median = toThousandths((at(Math.floor(middle)) + at(Math.ceil(middle))) / 2);
  return { min: at(0), median, max: at(sorted.length - 1) };
}

export function toThousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}
