// A chart on a page: what it shows in words, the drawing, and the same numbers as a table.
import { idOf, type Words } from './charts/drawing.ts';
import { html, Markup } from './html.ts';

export interface Figure {
  words: Words;
  /** As the chart functions make it; null where there is nothing to draw yet. */
  svg: string | null;
  whenEmpty: string;
  table: Markup;
}

export function figure({ words, svg, whenEmpty, table }: Figure): Markup {
  const id = idOf(words.title);
  const head = html`<h2 id="${id}-head">${words.title}</h2>`;
  if (svg === null)
    return html`<section id="${id}" data-live aria-labelledby="${id}-head">
      ${head}
      <p class="empty">${whenEmpty}</p>
    </section>`;
  return html`<section id="${id}" data-live aria-labelledby="${id}-head">
    ${head}
    <p class="about">${words.description}</p>
    <div class="scroll" tabindex="0" role="region" aria-label="${words.title}, drawn">${new Markup(svg)}</div>
    <details id="${id}-table">
      <summary>The numbers as a table</summary>
      ${table}
    </details>
  </section>`;
}
