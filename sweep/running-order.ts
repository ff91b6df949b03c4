// Pure: the order in which trials run, so that those which share hidden states stand together.
import { firstTouchedLayer } from './arithmetic.ts';
import { descriptorOf } from './methods/index.ts';
import type { MethodSettings } from './methods/settings.ts';
import type { Spec } from './spec.ts';
import type { Trial } from './trial.ts';

/**
 * By task, data seed and k, which decide whose hidden states are kept; then by ascending layer: zero-shot, the quickest,
 * first; full tuning, which shares nothing, last. Otherwise as the file has it.
 */
export function inRunningOrder<Entry extends { trial: Trial }>(spec: Spec, entries: readonly Entry[]): Entry[] {
  const tasks = spec.tasks.map(({ task }) => task);
  const placed = entries.map((entry) => ({ entry, place: placeOf(entry.trial, tasks, spec.dataSeeds) }));
  return placed.sort((one, other) => compare(one.place, other.place)).map(({ entry }) => entry);
}

function placeOf({ task, dataSeed, regime, method }: Trial, tasks: string[], dataSeeds: number[]): number[] {
  const k = regime.kind === 'full' ? 0 : regime.k;
  return [tasks.indexOf(task.name), dataSeeds.indexOf(dataSeed), k, methodPlace(method)];
}

function methodPlace(method: MethodSettings): number {
  const { passes } = descriptorOf(method.method);
  if (passes === 0) return -1;
  // A method that starts at the last layer's output comes after all that start below, whatever its number.
  return passes === 3 ? Number.MAX_SAFE_INTEGER : firstTouchedLayer(method, { layers: LAYERS_OF_NONE });
}

/** More than any backbone has. */
const LAYERS_OF_NONE = 10_000;

function compare(one: number[], other: number[]): number {
  const differences = one.map((value, index) => value - (other[index] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}
