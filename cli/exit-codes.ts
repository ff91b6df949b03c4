// What a shell is told.

/** Everything asked for was done. */
export const DONE = 0;
/** It was not: a trial failed, a server is away, a person interrupted. */
export const FAILED = 1;
/** The command line or the sweep file has to be written otherwise. */
export const WRONG_USAGE = 2;
