// Where the fields of a sweep file stand, for what is found wrong with them after it has been read.
import { fieldName, readYaml } from '../sweep/locate.ts';
import type { SpecIssue } from '../sweep/spec.ts';

/** A field by its path, as `('tasks', 0, 'data')`. */
export type Place = (...path: PropertyKey[]) => Pick<SpecIssue, 'line' | 'field'>;

export function placesIn(source: string): Place {
  const yaml = readYaml(source);
  return (...path) => ({ line: yaml.lineOf(path), field: fieldName(path) });
}

/** The fields of one part of the file. */
export function within(place: Place, ...part: PropertyKey[]): Place {
  return (...path) => place(...part, ...path);
}
