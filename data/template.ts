// A task's cloze text, cut into its pieces.
import { isField } from '../sweep/template.ts';
import { ConfigurationError } from './error.ts';

export type Piece = { kind: 'text'; text: string } | Field | { kind: 'mask' };

interface Field {
  kind: 'field';
  field: string;
  /** White space that is read as part of the field: one character, or none. */
  before: string;
}

const MASK = '<mask>';

/**
 * The last white space in front of a field belongs to the field, which is how byte-level vocabularies see words. In front
 * of the mask a space is dropped, since the mask stands for the word and its space.
 * @throws ConfigurationError where the template has not exactly one `<mask>`, or no field
 */
export function parseTemplate(template: string): Piece[] {
  const parts = template.split(/(<mask>|\{\w+\})/).filter((part) => part !== '');
  const pieces = parts.map((part, index): Piece => {
    if (part === MASK) return { kind: 'mask' };
    if (isField(part)) return { kind: 'field', field: part.slice(1, -1), before: lastSpace(parts[index - 1]) };
    return { kind: 'text', text: textBefore(parts[index + 1], part) };
  });
  const masks = pieces.filter(({ kind }) => kind === 'mask').length;
  if (masks !== 1)
    throw new ConfigurationError(`Expected the template to hold one <mask>, found ${masks}: "${template}".`);
  if (!pieces.some(({ kind }) => kind === 'field')) {
    throw new ConfigurationError(`Expected the template to hold a {field}, found none: "${template}".`);
  }
  return pieces;
}

function lastSpace(part = ''): string {
  return /\s$/.exec(part)?.[0] ?? '';
}

/** A line break in front of the mask stays: a decoder reads it, and the word behind it has its space all the same. */
function textBefore(next: string | undefined, text: string): string {
  if (next === undefined) return text.trimEnd();
  return text.replace(next === MASK ? / $/ : /\s$/, '');
}

/**
 * The template as a decoder can use it: the label word comes last, so what follows the mask is left out.
 * @throws ConfigurationError where that would be a field
 */
export function untilMask(template: string): string {
  const [before = '', after = ''] = template.split(MASK);
  const lost = /\{\w+\}/.exec(after)?.[0];
  if (lost !== undefined) {
    throw new ConfigurationError(
      `Expected the template for a decoder to end with <mask>, found ${lost} behind it: "${template}". Give the task a \`decoderTemplate\`.`,
    );
  }
  parseTemplate(template);
  return before + MASK;
}

export function fieldsOf(template: string): string[] {
  return [...new Set(parseTemplate(template).flatMap((piece) => (piece.kind === 'field' ? [piece.field] : [])))];
}
