// A chart on a page: what it shows in words, the drawing for wide and for narrow windows, and the same numbers as a table.
import { idOf, WIDTHS, type Words } from './charts/drawing.ts';
import { html, Markup } from './html.ts';

export interface Figure {
  words: Words;
  /** Null where there is nothing to draw yet. */
  draw: ((width: number) => string) | null;
  whenEmpty: string;
  table: Markup;
}

export function figure({ words, draw, whenEmpty, table }: Figure): Markup {
  const id = idOf(words.title);
  const content =
    draw === null
      ? html`<p class="empty">${whenEmpty}</p>`
      : html`<p class="about">${words.description}</p>
          ${drawing(words.title, { size: 'wide', draw })} ${drawing(words.title, { size: 'narrow', draw })}
          <details id="${id}-table">
            <summary>The numbers as a table</summary>
            ${table}
          </details>`;
  return html`<section id="${id}" data-live aria-labelledby="${id}-head">
    <h2 id="${id}-head">${words.title}</h2>
    ${content}
  </section>`;
}

interface Drawing {
  /** The style sheet shows one of them. */
  size: keyof typeof WIDTHS;
  draw: (width: number) => string;
}

function drawing(title: string, { size, draw }: Drawing): Markup {
  const svg = new Markup(draw(WIDTHS[size]));
  return html`<div class="scroll ${size}" tabindex="0" role="region" aria-label="${title}, drawn">${svg}</div>`;
}
