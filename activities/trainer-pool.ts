// One trial a trainer at a time: whoever finds all of them busy waits for the first that is given back.
import type { Trainer } from '../training/trainer.ts';

export class TrainerPool {
  readonly size: number;
  readonly #idle: Trainer[];
  readonly #waiting: ((trainer: Trainer) => void)[] = [];

  constructor(trainers: readonly Trainer[]) {
    this.size = trainers.length;
    this.#idle = [...trainers];
  }

  async use<T>(work: (trainer: Trainer) => Promise<T>): Promise<T> {
    const trainer = this.#idle.pop() ?? (await new Promise<Trainer>((resolve) => this.#waiting.push(resolve)));
    try {
      return await work(trainer);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(trainer);
      else this.#idle.push(trainer);
    }
  }
}
