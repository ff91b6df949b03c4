// Pure: a sweep file's text becomes a specification, or the list of everything that is wrong with it.
import type { YAMLError } from 'yaml';
import type { z } from 'zod';
import { type LocatedYaml, fieldName, readYaml } from './locate.ts';
import { nearestTo } from './nearest.ts';
import { sweepFile } from './schema.ts';
import { type Spec, SpecError, type SpecIssue } from './spec.ts';

/** @throws SpecError with every issue, in the file's order */
export function parseSweep(yamlText: string): Spec {
  const yaml = readYaml(yamlText);
  const broken = yaml.document.errors.map((error) => syntaxIssue(error, yaml, yamlText));
  if (broken.length > 0) throw new SpecError(broken);
  const raw = toValue(yaml);
  if (raw === null) throw new SpecError([emptyFile()]);
  const result = sweepFile.safeParse(raw);
  if (result.success) return result.data;
  const issues = result.error.issues.flatMap((issue) => describe(issue, raw, yaml));
  throw new SpecError(issues.sort((one, other) => (one.line ?? 0) - (other.line ?? 0)));
}

function toValue({ document }: LocatedYaml): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // A bomb of aliases, or one that points nowhere.
    const found = error instanceof Error ? error.message : String(error);
    throw new SpecError([{ line: null, field: 'sweep file', expected: 'YAML whose aliases resolve', found }]);
  }
}

function emptyFile(): SpecIssue {
  const expected = 'a mapping with `name`, `tasks`, `regime` and `methods`';
  return { line: 1, field: 'sweep file', expected, found: 'an empty file' };
}

function syntaxIssue(error: YAMLError, yaml: LocatedYaml, text: string): SpecIssue {
  const line = yaml.lineAt(error.pos[0]);
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^[^\s:]+/.exec(text.slice(error.pos[0]))?.[0] ?? 'key';
    return { line, field: key, expected: 'written once in its mapping', found: 'it again' };
  }
  if (error.code === 'TAB_AS_INDENT')
    return { line, field: 'sweep file', expected: 'indented with spaces', found: 'a tab' };
  return { line, field: 'sweep file', expected: 'valid YAML', found: `an error: ${error.message}` };
}

function describe(issue: z.core.$ZodIssue, raw: unknown, yaml: LocatedYaml): SpecIssue[] {
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(', ');
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      const field = { line: yaml.lineOf(path), field: fieldName(path) };
      return withNearest({ ...field, expected: `one of ${issue.message}`, found: 'an unknown key' }, key, known);
    });
  }
  const value = valueAt(raw, issue.path);
  const line = yaml.lineOf(issue.path);
  const plain = { line, field: fieldName(issue.path), expected: issue.message, found: show(value) };
  const names = /^one of ([\w, -]+)/.exec(issue.message)?.[1]?.split(', ');
  return [names && typeof value === 'string' ? withNearest(plain, value, names) : plain];
}

/** Only a word that is near enough to be a slip is suggested. */
function withNearest(issue: SpecIssue, wrong: string, right: readonly string[]): SpecIssue {
  const suggestion = nearestTo(wrong, right);
  return suggestion === null ? issue : { ...issue, suggestion };
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inside, part) => {
    // `- zero-shot` stands for `- method: zero-shot`.
    if (typeof inside === 'string') return inside;
    if (typeof inside !== 'object' || inside === null) return undefined;
    return (inside as Record<PropertyKey, unknown>)[part];
  }, value);
}

const SHOWN = 60;

function show(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  const text = written(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

/** As JSON, but for numbers that it does not have and for a list or mapping that holds itself by an alias. */
function written(value: unknown): string {
  if (typeof value === 'number') return String(value);
  try {
    return JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'number' && !Number.isFinite(inner) ? String(inner) : inner,
    );
  } catch {
    return 'what holds itself by an alias';
  }
}
