// Pure: how fast earlier trials were, by what makes one as fast as another: device, method, and the layer it starts from.
import type { MethodName } from './methods/settings.ts';
import type { PlannedTrial } from './plan.ts';
import { upperMedian } from './statistics.ts';

/** What a complete trial of the same backbone took. */
export interface MeasuredTrial {
  device: string;
  method: string;
  /** The lowest layer that its prompt joins; null where it has none. */
  insertionLayer: number | null;
  /** Estimated arithmetic of a step, and of the whole trial. */
  stepFlops: number;
  flops: number;
  /** Null or 0 where nothing was trained. */
  msPerStep: number | null;
  /** From its attempt's begin to its end; null where it went on from a checkpoint. */
  seconds: number | null;
  peakMemoryMiB: number | null;
}

/** What the speed was measured on; `assumed`: nothing. */
export const BASES = ['layer', 'method', 'backbone', 'assumed'] as const;
export type Basis = (typeof BASES)[number];

export interface Speed {
  gflopsPerSecond: number;
  /** Of each trial beside its arithmetic: loading, writing. */
  overheadSeconds: number;
  basis: Basis;
  /** Complete trials that it was measured on. */
  trials: number;
}

/** About two CPU cores with native TensorFlow at small batches. */
export const ASSUMED_SPEED: Speed = { gflopsPerSecond: 100, overheadSeconds: 0, basis: 'assumed', trials: 0 };

type Timed = Pick<PlannedTrial, 'trial'> & { insertionLayer: number | null };

/** Of trials on one device; the narrowest group that has any counts: same method and layer, same method, same backbone. */
export class Speeds {
  readonly #measured: readonly MeasuredTrial[];
  readonly #known = new Map<string, Speed>();

  /** @param measured all of one device */
  constructor(measured: readonly MeasuredTrial[]) {
    this.#measured = measured;
  }

  of({ trial, insertionLayer }: Timed): Speed {
    const key = `${trial.method.method} ${String(insertionLayer)}`;
    const known = this.#known.get(key) ?? this.#find(trial.method.method, insertionLayer);
    this.#known.set(key, known);
    return known;
  }

  /** Of the backbone on this device, whatever was trained. */
  overall(): Speed {
    return speedOf(this.#measured, 'backbone') ?? ASSUMED_SPEED;
  }

  /** The most that a trial of these methods took; null where none was measured. */
  peakMemoryMiB(methods: readonly string[]): number | null {
    const own = this.#measured.filter(({ method }) => methods.includes(method));
    const peaks = own.flatMap(({ peakMemoryMiB }) => peakMemoryMiB ?? []);
    return peaks.reduce<number | null>((most, peak) => Math.max(most ?? 0, peak), null);
  }

  #find(method: MethodName, insertionLayer: number | null): Speed {
    const ofMethod = this.#measured.filter((one) => one.method === method);
    const ofLayer = ofMethod.filter((one) => one.insertionLayer === insertionLayer);
    return speedOf(ofLayer, 'layer') ?? speedOf(ofMethod, 'method') ?? this.overall();
  }
}

/** Medians: one trial on a busy machine says little. Null where no step was timed. */
function speedOf(measured: readonly MeasuredTrial[], basis: Basis): Speed | null {
  const timed = measured.flatMap(({ stepFlops, msPerStep }) => (msPerStep ? [stepFlops / msPerStep / 1e6] : []));
  const gflopsPerSecond = upperMedian(timed);
  if (gflopsPerSecond === null || gflopsPerSecond === 0) return null;
  const beside = measured.flatMap(({ flops, seconds }) =>
    seconds === null ? [] : [Math.max(0, seconds - flops / (gflopsPerSecond * 1e9))],
  );
  return { gflopsPerSecond, overheadSeconds: upperMedian(beside) ?? 0, basis, trials: timed.length };
}
