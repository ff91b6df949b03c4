// Pure: when a worker that ended is started again, and when that is given up.

export interface RestartLimits {
  /** The first pause; each further one is twice as long, up to half a minute. */
  firstPauseMs?: number;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** Before it was ever ready: what is wrong will be wrong again, and a person waits to hear of it. */
const MOST_FAILURES = 3;
/** Once it has been ready: what keeps it from starting now, as a server that is away, is likely to pass. */
const MOST_LATER_FAILURES = 10;
/** In a row, without being ready in between. Whoever kills it is not the worker's fault. */
const MOST_KILLS = 20;
/** What a program dies of by itself; other signals come from outside. */
const CRASHES: readonly NodeJS.Signals[] = ['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSEGV', 'SIGTRAP'];

export class Restarts {
  readonly #firstPauseMs: number;
  #mostFailures = MOST_FAILURES;
  #failures = 0;
  #kills = 0;

  constructor({ firstPauseMs = FIRST_PAUSE_MS }: RestartLimits = {}) {
    this.#firstPauseMs = firstPauseMs;
  }

  /** It asks for work: what went before is forgiven. */
  ready(): void {
    this.#mostFailures = MOST_LATER_FAILURES;
    this.#failures = 0;
    this.#kills = 0;
  }

  /** @param signal null: it ended by itself. @returns milliseconds to wait before the next start; null: there shall be none */
  after(signal: NodeJS.Signals | null): number | null {
    if (signal === null || CRASHES.includes(signal)) this.#failures += 1;
    else this.#kills += 1;
    if (this.#failures >= this.#mostFailures || this.#kills >= MOST_KILLS) return null;
    return Math.min(this.#firstPauseMs * 2 ** (this.#failures + this.#kills - 1), LONGEST_PAUSE_MS);
  }
}
