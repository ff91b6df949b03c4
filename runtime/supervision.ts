// Embedded servers that were killed are brought back by those who use them: each looks, and the first to notice starts them.
import { isAlive, type ProcessIdentity } from './process-identity.mjs';

export interface SupervisionOptions {
  processes: ProcessIdentity[];
  /** Starts what is gone, at the ports it had. Resolves to what runs now; to null where the servers were stopped on purpose. */
  bringBack: () => Promise<ProcessIdentity[] | null>;
  say: (text: string) => void;
  everyMs?: number;
}

/** Between two looks: they cost a read of /proc. */
const EVERY_MS = 1_000;

export class Supervision {
  readonly #options: SupervisionOptions;
  #processes: ProcessIdentity[];
  #timer: NodeJS.Timeout | undefined;
  #look: Promise<void> = Promise.resolve();
  #isOver = false;
  #lastProblem = '';

  constructor(options: SupervisionOptions) {
    this.#options = options;
    this.#processes = options.processes;
    this.#wait();
  }

  /** Resolves when no server is being started by it any more. */
  async stop(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    await this.#look;
  }

  #wait(): void {
    if (this.#isOver) return;
    this.#timer = setTimeout(() => {
      this.#look = this.#lookOnce().then(() => this.#wait());
    }, this.#options.everyMs ?? EVERY_MS);
    this.#timer.unref();
  }

  async #lookOnce(): Promise<void> {
    if (this.#processes.every((process) => isAlive(process))) return;
    try {
      const running = await this.#options.bringBack();
      this.#isOver ||= running === null;
      this.#processes = running ?? [];
      this.#lastProblem = '';
    } catch (error) {
      this.#complain(error instanceof Error ? error.message : String(error));
    }
  }

  #complain(problem: string): void {
    if (problem !== this.#lastProblem)
      this.#options.say(`An embedded server is gone and does not start again yet: ${problem}`);
    this.#lastProblem = problem;
  }
}
