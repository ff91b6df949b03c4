// A loss or a gradient that is no longer a number: the same trial would end the same way again.

export class DivergedError extends Error {
  readonly kind = 'diverged';
  override readonly name = 'DivergedError';

  constructor(step: number, loss: number, gradientNorm: number) {
    super(`Expected a finite loss and gradient at step ${step}, found loss ${loss} and gradient norm ${gradientNorm}.`);
  }
}
