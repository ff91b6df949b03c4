// Pure: a fingerprint as people are shown it.

/** Enough of it to tell one from another. */
export function shortFingerprint(fingerprint: string): string {
  return fingerprint.slice(0, 12);
}
