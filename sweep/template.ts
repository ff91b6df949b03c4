// Pure: what a template of a sweep file must be: cloze text with one `<mask>` and fields by which the data has its columns.
import { z } from 'zod';

export const template = z.custom<string>((text) => typeof text === 'string' && wordsFor(text) === null, {
  error: ({ input }) => (typeof input === 'string' ? wordsFor(input) : null) ?? WITH_MASK,
});

const WITH_MASK = 'a text with one `<mask>` and at least one {field}';

/** Whether this part of a template, with its braces, names a field. */
export function isField(part: string): boolean {
  return /^\{\w+\}$/.test(part);
}

/** What the text should have been; null where it is right. Braces around anything else would be read as the text's own. */
function wordsFor(text: string): string | null {
  const braced = text.match(/\{[^{}]*\}/g) ?? [];
  const wrong = braced.find((part) => !isField(part));
  if (wrong !== undefined)
    return `a text without \`${wrong}\`: a field is letters (a to z), digits and _; \`columns\` maps it to any column`;
  return text.split('<mask>').length === 2 && braced.length > 0 ? null : WITH_MASK;
}
