// The way through a long table: on and back, with the choices kept.
import { html, type Markup } from '../html.ts';

/** @param changes parameter → its new value; null takes it away */
export function address(parameters: URLSearchParams, changes: Record<string, string | number | null>): string {
  const changed = new URLSearchParams(parameters);
  changed.delete('told');
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) changed.delete(name);
    else changed.set(name, String(value));
  }
  return `?${changed.toString()}`;
}

/** A whole number from 0; anything else is 0. */
export function numberAmong(parameters: URLSearchParams, name: string): number {
  const text = parameters.get(name) ?? '';
  return /^\d{1,7}$/.test(text) ? Number(text) : 0;
}

/** Past the last page, where fewer rows are left than there were: the last one. */
export function lastStart(from: number, { size, total }: Pick<PageLinks, 'size' | 'total'>): number {
  return from < total ? from : Math.max(0, Math.ceil(total / size) - 1) * size;
}

export interface PageLinks {
  parameters: URLSearchParams;
  from: number;
  size: number;
  total: number;
}

export function pageLinks({ parameters, from, size, total }: PageLinks): Markup | null {
  if (total <= size && from === 0) return null;
  const link = (to: number, words: string): Markup => html`<a href="${address(parameters, { from: to })}">${words}</a>`;
  return html`<nav class="pages" aria-label="Pages">
    <span>${from + 1} to ${Math.min(total, from + size)} of ${total.toLocaleString('en-US')}</span>
    ${from > 0 && link(Math.max(0, from - size), 'Back')} ${from + size < total && link(from + size, 'On')}
  </nav>`;
}
