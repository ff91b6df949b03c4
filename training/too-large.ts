// A trial that needs more memory than its trainer has is refused before it starts: tried again smaller, it may fit.

export class TooLargeError extends Error {
  readonly kind = 'out-of-memory';
  override readonly name = 'TooLargeError';

  constructor(needed: number, free: number) {
    const mib = (bytes: number): number => Math.ceil(Math.max(0, bytes) / 2 ** 20);
    super(`Expected a step to need at most the ${mib(free)} MiB that the trainer has left, found ${mib(needed)} MiB.`);
  }
}
