// How the page names things, and where each of them is.
import type { Facet } from '../db/charts/facets.ts';
import { regimeWords } from '../sweep/regime.ts';
import { html, type Markup } from './html.ts';

/** Of what a path is made of: nothing in a name can lead elsewhere. */
export function sweepPath(name: string, ...parts: (string | number)[]): string {
  return ['', 'sweeps', name, ...parts].map((part) => encodeURIComponent(part)).join('/');
}

export interface Named {
  method: string;
  insertionLayers: string | null;
  promptLength: number | null;
  generator: string | null;
}

/** `lpt, layer 6, length 5, npg`. */
export function nameOf({ method, insertionLayers, promptLength, generator }: Named): string {
  return [
    method,
    // Other methods have theirs by what they are.
    ...(insertionLayers === null || method !== 'lpt' ? [] : [`layer ${insertionLayers}`]),
    ...(promptLength === null ? [] : [`length ${promptLength}`]),
    ...(generator === null || generator === 'none' ? [] : [generator]),
  ].join(', ');
}

type NamedFacet = Pick<Facet, 'task' | 'regime' | 'k' | 'metric'>;

/** `mr, few-shot 32`, and `mr, few-shot 32, f1` where others of `among` have the task with another metric. */
export function facetName({ task, regime, k, metric }: NamedFacet, among: readonly NamedFacet[]): string {
  const isAlike = (other: NamedFacet): boolean => other.task === task && other.regime === regime && other.k === k;
  const isOneOfSeveral = among.some((other) => isAlike(other) && other.metric !== metric);
  return `${task}, ${regimeWords({ regime, k })}${isOneOfSeveral ? `, ${metric}` : ''}`;
}

/** In UTC, as every time on the page. */
export function moment(time: Date | null): Markup | null {
  if (time === null) return null;
  const text = time.toISOString();
  return html`<time datetime="${text}">${text.slice(0, 16).replace('T', ' ')}</time>`;
}

/** A state in words; the colour only helps. */
export function badge(state: string): Markup {
  return html`<span class="state state-${state}">${state}</span>`;
}
