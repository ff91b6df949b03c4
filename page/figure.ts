// A chart on a page: what it shows in words, the drawing for wide and for narrow windows, and the same numbers as a table.
import type { Facet } from '../db/charts/facets.ts';
import type { Database } from '../db/client.ts';
import { idOf, WIDTHS, type Words } from './charts/drawing.ts';
import { html, Markup } from './html.ts';
import type { ScoreName } from './score.ts';

/** What is drawn, and which of the two scores. Configurations are chosen on dev either way. */
export interface Asked {
  database: Database;
  facet: Facet;
  score: ScoreName;
}

export interface Chart {
  words: Words;
  /** Null where there is nothing to draw yet. A file's title says more than a page's. */
  draw: ((width: number, words: Words) => string) | null;
}

export interface Figure extends Chart {
  whenEmpty: string;
  table: Markup;
}

export function figure({ words, draw, whenEmpty, table }: Figure): Markup {
  const id = idOf(words.title);
  const content =
    draw === null
      ? html`<p class="empty">${whenEmpty}</p>`
      : html`<p class="about">${words.description}</p>
          ${drawing(words, { size: 'wide', draw })} ${drawing(words, { size: 'narrow', draw })}
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
  draw: NonNullable<Chart['draw']>;
}

function drawing(words: Words, { size, draw }: Drawing): Markup {
  const svg = new Markup(draw(WIDTHS[size], words));
  return html`<div class="scroll ${size}" tabindex="0" role="region" aria-label="${words.title}, drawn">${svg}</div>`;
}
