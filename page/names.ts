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

export function count(number: number, one: string, several = `${one}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? one : several}`;
}

export function grouped(value: number | null): string | null {
  return value === null ? null : value.toLocaleString('en-US');
}

export function rounded(value: number | null): string | null {
  return value === null ? null : value.toFixed(value < 10 ? 1 : 0);
}

/** `45 s`, `3 min`, `2 h 10 min`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
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
