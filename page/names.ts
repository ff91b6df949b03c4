// How the page names things, and where each of them is.
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
