// HTML as values: whatever is put into a piece of it is escaped, unless it is a piece of it already.

/** Text that is markup, and safe as it stands. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Content = Markup | string | number | null | undefined | false | readonly Content[];

/** A tag: html`<td>${name}</td>`. Attributes' values stand in double quotes; null, undefined and false leave nothing. */
export function html(pieces: TemplateStringsArray, ...contents: Content[]): Markup {
  return new Markup(pieces.reduce((text, piece, index) => `${text}${written(contents[index - 1])}${piece}`));
}

export function escape(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function written(content: Content): string {
  if (content === null || content === undefined || content === false) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'number') return String(content);
  return typeof content === 'string' ? escape(content) : content.map(written).join('');
}
