// A loss, a gradient or a score that is no longer a number: the same trial would end the same way again.

export class DivergedError extends Error {
  readonly kind = 'diverged';
  override readonly name = 'DivergedError';

  static inStep(step: number, loss: number, gradientNorm: number): DivergedError {
    return new DivergedError(
      `Expected a finite loss and gradient at step ${step}, found loss ${loss} and gradient norm ${gradientNorm}.`,
    );
  }

  /** By the weights that a step, or the backbone itself, left: the step after it would say so, but there may be none. */
  static inScoring(step: number): DivergedError {
    return new DivergedError(`Expected scores of dev at step ${step} to be numbers, found NaN.`);
  }
}
