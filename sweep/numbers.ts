// Pure: numbers as people read them, on a terminal and on a page.

/** A score in [−1, 1] in percent: `87.3`. What is just below 0, as Matthews' correlation can be, is 0. */
export function percent(score: number): string;
export function percent(score: number | null): string | null;
export function percent(score: number | null): string | null {
  return score === null ? null : (100 * score).toFixed(1).replace(/^-(0\.0)$/, '$1');
}

export function meanAndSd(mean: number, sd: number | null): string {
  return sd === null ? percent(mean) : `${percent(mean)} ± ${percent(sd)}`;
}

export function rounded(value: number | null): string | null {
  return value === null ? null : value.toFixed(value < 10 ? 1 : 0);
}

export function withThousands(value: number | null): string | null {
  return value === null ? null : value.toLocaleString('en-US');
}

/** `45 s`, `3 min`, `2 h 10 min`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
