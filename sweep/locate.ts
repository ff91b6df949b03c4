// Pure: where in a sweep file's text a field stands.
import { type Document, LineCounter, type Node, isAlias, isMap, isNode, isScalar, isSeq, parseDocument } from 'yaml';

export interface LocatedYaml {
  document: Document.Parsed;
  /** 1-based line of the field, or of the nearest thing above it that is there. */
  lineOf: (path: readonly PropertyKey[]) => number | null;
  /** 1-based line of a character. */
  lineAt: (offset: number) => number;
}

export function readYaml(text: string): LocatedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  return { document, lineAt, lineOf: (path) => lineOf(document, path, lineAt) };
}

/** `methods[1].insertionLayer` */
export function fieldName(path: readonly PropertyKey[]): string {
  const name = path.reduce<string>(
    (name, part) => (typeof part === 'number' ? `${name}[${part}]` : `${name}.${String(part)}`),
    '',
  );
  return name === '' ? 'sweep file' : name.replace(/^\./, '');
}

function lineOf(
  document: Document.Parsed,
  path: readonly PropertyKey[],
  lineAt: (offset: number) => number,
): number | null {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? null;
  for (const part of path) {
    const step: { key: Node | null; value: Node | null } | null = stepInto(document, node, part);
    if (step === null) break;
    offset = (step.key ?? step.value)?.range?.[0] ?? offset;
    node = step.value;
  }
  return offset === null ? null : lineAt(offset);
}

/** A key's own line is the field's line: its value may begin on the next. */
function stepInto(document: Document.Parsed, node: Node | null, part: PropertyKey) {
  const target = isAlias(node) ? (node.resolve(document) ?? null) : node;
  if (isMap(target)) {
    const pair = target.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
    if (pair) return { key: isNode(pair.key) ? pair.key : null, value: isNode(pair.value) ? pair.value : null };
  }
  if (isSeq(target)) {
    const item = target.items[Number(part)];
    if (isNode(item)) return { key: null, value: item };
  }
  return null;
}
