// Pure: the order in which waiting trials are taken, and how many of a sweep are in flight.

/** Which waiting trial is taken first, as Temporal counts it: 1 before all others, 5 after them. */
export const PRIORITIES = [1, 2, 3, 4, 5] as const;
export type Priority = (typeof PRIORITIES)[number];
export const USUAL_PRIORITY: Priority = 3;

/** Trials of a sweep in flight at one time. */
export const LARGEST_WINDOW = 1000;
