// Numbers as people read them.

/** A share in [0, 1] as a percentage with one decimal. */
export function percent(score: number | null): string | null {
  return score === null ? null : (100 * score).toFixed(1);
}

export function meanAndSd(mean: number, sd: number | null): string {
  const spread = sd === null ? '' : ` ± ${(100 * sd).toFixed(1)}`;
  return `${(100 * mean).toFixed(1)}${spread}`;
}

export function rounded(value: number | null): string | null {
  return value === null ? null : value.toFixed(value < 10 ? 1 : 0);
}

export function grouped(value: number | null): string | null {
  return value === null ? null : value.toLocaleString('en-US');
}

/** `45 s`, `3 min`, `2 h 10 min`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
