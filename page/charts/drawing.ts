// A chart as SVG text: drawn by Observable Plot on a document that no browser has to hold.
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** What whoever cannot see the chart is told in its place. */
export interface Words {
  /** Unique on its page: the chart's ids are made from it. */
  title: string;
  /** A sentence or two: what is drawn against what, and what can be read off. */
  description: string;
}

/** Pixels that a chart is drawn for: of a page, and of a phone. */
export const WIDTHS = { wide: 640, narrow: 350 };
const SVG = 'http://www.w3.org/2000/svg';
const LETTERS = { size: 12, family: 'system-ui, sans-serif' };

/** @returns standalone SVG without style sheet or script; lines and letters have the colour of the text around it */
export function draw(options: Plot.PlotOptions, { title, description }: Words): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const drawn = Plot.plot({ width: WIDTHS.wide, ...options, document });
  drawn.querySelector('style')?.remove();
  // Plot names its groups `line`, `dot`, …: a reader is told the title and the description instead.
  for (const part of drawn.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  // The same chart may stand on a page in both widths.
  const id = `${idOf(title)}-${options.width ?? WIDTHS.wide}`;
  const attributes = {
    xmlns: SVG,
    class: 'chart',
    role: 'img',
    'aria-labelledby': `${id}-title ${id}-description`,
    'font-size': String(LETTERS.size),
    'font-family': LETTERS.family,
  };
  for (const [name, value] of Object.entries(attributes)) drawn.setAttribute(name, value);
  drawn.prepend(
    textElement(document, { name: 'title', id: `${id}-title`, text: title }),
    textElement(document, { name: 'desc', id: `${id}-description`, text: description }),
  );
  return drawn.outerHTML;
}

/** For use in attributes: letters, digits and hyphens only. */
export function idOf(title: string): string {
  return title.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

function textElement(document: Document, { name, id, text }: { name: string; id: string; text: string }): Element {
  const element = document.createElementNS(SVG, name);
  element.setAttribute('id', id);
  element.textContent = text;
  return element;
}
