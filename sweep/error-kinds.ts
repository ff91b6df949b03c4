// Pure: the kinds of failure.

/** What a failure is decides what is done about it: `workflows/failures.ts` has the rule of each kind. */
export const ERROR_KINDS = [
  'configuration',
  'data',
  'diverged',
  'out-of-memory',
  'trainer-lost',
  'worker-lost',
  'worker-stopping',
  'database-away',
  'hub-away',
  'unknown',
] as const;
export type ErrorKind = (typeof ERROR_KINDS)[number];
