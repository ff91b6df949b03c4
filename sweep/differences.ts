// Pure: where two values made of mappings and lists differ, field by field.

export interface FieldDifference {
  /** `methods[1].promptLength`; empty where the values themselves differ. */
  field: string;
  before: unknown;
  after: unknown;
}

/** In the order of the first value's fields. An absent field is undefined. */
export function differingFields(before: unknown, after: unknown, field = ''): FieldDifference[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!isRecord(before) || !isRecord(after)) return [{ field, before, after }];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => differingFields(before[key], after[key], join(field, key, Array.isArray(before))));
}

/** Lists of plain values are compared whole: their positions mean nothing. */
function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return !Array.isArray(value) || value.some((item) => typeof item === 'object' && item !== null);
}

function join(path: string, key: string, inList: boolean): string {
  if (inList) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}
