// Pure: which examples are drawn, how many examples a regime asks for, and how it is called.

export const REGIMES = ['few-shot', 'full', 'per-class'] as const;

/**
 * `few-shot`: `k` is the total over all classes, drawn stratified. `per-class`: `k` of every class, and with `devSize` null
 * as many for dev (Gao et al. 2021). `testSize` null scores the whole test split.
 */
export type Regime =
  | { kind: 'few-shot'; k: number; devSize: number; testSize: number | null }
  | { kind: 'per-class'; k: number; devSize: number | null; testSize: number | null }
  | { kind: 'full'; devSize: number; testSize: number | null };

/** Label → training examples there are to draw from. */
export type ClassCounts = Record<string, number>;

export function devSize(regime: Regime, classes: ClassCounts): number {
  // Only the protocol of K per class leaves it open: it takes as many for dev as for training.
  return regime.devSize ?? trainingSize(regime, classes);
}

export function trainingSize(regime: Regime, classes: ClassCounts): number {
  switch (regime.kind) {
    case 'few-shot':
      return regime.k;
    case 'per-class':
      return regime.k * Object.keys(classes).length;
    case 'full':
      return totalOf(classes) - regime.devSize;
  }
}

export function totalOf(classes: ClassCounts): number {
  return Object.values(classes).reduce((sum, count) => sum + count, 0);
}

export interface RegimeColumns {
  regime: Regime['kind'];
  k: number | null;
}

export function regimeColumns(regime: Regime): RegimeColumns {
  return { regime: regime.kind, k: regime.kind === 'full' ? null : regime.k };
}

/** As tables have it: `32`, `16 per class`, `full`. */
export function regimeName({ regime, k }: RegimeColumns): string {
  if (regime === 'full' || k === null) return 'full';
  return regime === 'few-shot' ? String(k) : `${k} per class`;
}

/** Beside a task or a figure: `few-shot 32`, `per-class 16`, `full`; `few-shot` where a published figure comes without its k. */
export function regimeWords({ regime, k }: RegimeColumns): string {
  return k === null ? regime : `${regime} ${k}`;
}
