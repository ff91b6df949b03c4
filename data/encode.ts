// Examples to token ids: [CLS] template [SEP], cut to length where the template and its mask cannot be touched. For a
// decoder the template alone, up to the mask: the label word would come next.
import { ConfigurationError, DataError } from './error.ts';
import type { Example } from './example.ts';
import { labelsOf } from '../sweep/labels.ts';
import { parseTemplate, type Piece } from './template.ts';
import type { SpecialIds, Tokenizer } from './tokenizer.ts';

export interface EncodedExample {
  /** [T] with [CLS] and [SEP], where there are such. */
  tokenIds: Int32Array;
  /** For a decoder, the last position: the one that tells what comes next. */
  maskPosition: number;
  /** Index into `labelsOf(labelWords)`. */
  label: number;
}

export interface EncodeSettings {
  template: string;
  labelWords: Record<string, string>;
  tokenizer: Tokenizer;
  /** Longest sequence, [CLS] and [SEP] counted: the backbone's positions less the prompt. */
  maxTokens: number;
}

export interface Encoded {
  examples: EncodedExample[];
  /** How many lost some of their text. */
  shortened: number;
}

type PieceIds = { kind: 'fixed' | 'field'; ids: number[] } | { kind: 'mask' };

/**
 * @throws ConfigurationError where the template alone is longer than `maxTokens`
 * @throws DataError for a label that the task does not know
 */
export function encodeExamples(examples: Example[], settings: EncodeSettings): Encoded {
  const pieces = piecesOf(settings);
  const labels = new Map(labelsOf(settings.labelWords).map((label, index) => [label, index]));
  let shortened = 0;
  const encoded = examples.map((example): EncodedExample => {
    const ids = pieces.map((piece) => idsOf(piece, example, settings.tokenizer));
    if (shorten(ids, settings)) shortened++;
    const label = labels.get(example.label);
    if (label === undefined) {
      throw new DataError(`Expected a label among ${[...labels.keys()].join(', ')}, found "${example.label}".`);
    }
    return { ...assemble(ids, settings), label };
  });
  return { examples: encoded, shortened };
}

/** An encoder's mask takes all white space in front of it, line breaks too, as RoBERTa's tokenizer has it. */
function piecesOf({ template, tokenizer }: EncodeSettings): Piece[] {
  const pieces = parseTemplate(template);
  if (tokenizer.special === null) return pieces;
  return pieces.map((piece, index) =>
    piece.kind === 'text' && pieces[index + 1]?.kind === 'mask' ? { ...piece, text: piece.text.trimEnd() } : piece,
  );
}

function idsOf(piece: Piece, example: Example, tokenizer: Tokenizer): PieceIds {
  if (piece.kind === 'mask') return { kind: 'mask' };
  if (piece.kind === 'text') return { kind: 'fixed', ids: tokenizer.encode(piece.text) };
  const text = example.fields[piece.field] ?? '';
  return { kind: 'field', ids: tokenizer.encode(piece.before + text) };
}

/** Takes tokens from the end of the longest field, one at a time. Template and mask stay whole. */
function shorten(pieces: PieceIds[], { maxTokens, template, tokenizer }: EncodeSettings): boolean {
  const fields = pieces.flatMap((piece) => (piece.kind === 'field' ? [piece.ids] : []));
  const special = tokenizer.special === null ? 0 : 3; // [CLS], [MASK], [SEP]
  let excess = pieces.reduce((sum, piece) => sum + (piece.kind === 'mask' ? 0 : piece.ids.length), special) - maxTokens;
  const wasTooLong = excess > 0;
  for (; excess > 0; excess--) {
    const longest = fields.reduce((a, b) => (b.length > a.length ? b : a));
    if (longest.length === 0) {
      throw new ConfigurationError(
        `Expected the template "${template}" to fit into ${maxTokens} tokens, found it longer.`,
      );
    }
    longest.pop();
  }
  return wasTooLong;
}

function assemble(
  pieces: PieceIds[],
  { tokenizer: { special }, template }: EncodeSettings,
): Omit<EncodedExample, 'label'> {
  return special === null ? untilLabelWord(pieces, template) : aroundMask(pieces, special);
}

function aroundMask(pieces: PieceIds[], special: SpecialIds): Omit<EncodedExample, 'label'> {
  const ids = [special.cls];
  let maskPosition = 0;
  for (const piece of pieces) {
    if (piece.kind === 'mask') maskPosition = ids.push(special.mask) - 1;
    else ids.push(...piece.ids);
  }
  ids.push(special.sep);
  return { tokenIds: Int32Array.from(ids), maskPosition };
}

function untilLabelWord(pieces: PieceIds[], template: string): Omit<EncodedExample, 'label'> {
  if (pieces.at(-1)?.kind !== 'mask') {
    throw new ConfigurationError(`Expected the template for a decoder to end with <mask>, found "${template}".`);
  }
  const ids = pieces.flatMap((piece) => (piece.kind === 'mask' ? [] : piece.ids));
  if (ids.length === 0) {
    throw new DataError(`Expected text in front of the label word, found none in an example of "${template}".`);
  }
  return { tokenIds: Int32Array.from(ids), maskPosition: ids.length - 1 };
}
