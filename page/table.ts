// Tables: with a caption, heads that say what they are heads of, and room to be moved sideways on a phone.
import { html, type Content, type Markup } from './html.ts';

export interface Column<Row> {
  title: string;
  cell: (row: Row) => Content;
  isNumber?: true;
  /** Names the row. */
  isHead?: true;
}

export interface TableOptions<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  whenEmpty: string;
}

export function table<Row>({ caption, columns, rows, whenEmpty }: TableOptions<Row>): Markup {
  if (rows.length === 0) return html`<p class="empty">${whenEmpty}</p>`;
  const head = columns.map(
    ({ title, isNumber }) => html`<th scope="col" class="${isNumber && 'number'}">${title}</th>`,
  );
  const body = rows.map(
    (row) =>
      html`<tr>
        ${columns.map((column) => cellOf(column, row))}
      </tr>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div>`;
}

const NOTHING = '–';

function cellOf<Row>({ cell, isNumber, isHead }: Column<Row>, row: Row): Markup {
  const shown = orNothing(cell(row));
  const style = isNumber && 'number';
  return isHead ? html`<th scope="row" class="${style}">${shown}</th>` : html`<td class="${style}">${shown}</td>`;
}

/** `score !== null && percent(score)` is false where there is no score. */
function orNothing(content: Content): Content {
  return content === null || content === undefined || content === false || content === '' ? NOTHING : content;
}

/** Names and their values, as a list of terms. */
export function facts(entries: readonly (readonly [name: string, value: Content])[]): Markup {
  return html`<dl class="facts">
    ${entries.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${orNothing(value)}</dd>
        </div>`,
    )}
  </dl>`;
}
