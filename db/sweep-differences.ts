// What differs between a stored sweep and one of the same name, in sentences.
import { differingFields } from '../sweep/differences.ts';
import type { Spec } from '../sweep/spec.ts';

interface Side {
  spec: Spec;
  backboneFingerprint: string;
  keys: string[];
}

const SHOWN = 20;

/** Never empty: where the files agree, the weights or the data have changed. */
export function differences(stored: Side, asked: Side): string[] {
  const inFile = differingFields(stored.spec, asked.spec).map(
    ({ field, before, after }) => `${field}: ${show(before)} → ${show(after)}`,
  );
  const weights =
    stored.backboneFingerprint === asked.backboneFingerprint
      ? []
      : [`backbone weights: ${short(stored.backboneFingerprint)} → ${short(asked.backboneFingerprint)}`];
  const causes = [...inFile, ...weights];
  const listed = causes.length > SHOWN ? [...causes.slice(0, SHOWN), `… and ${causes.length - SHOWN} more`] : causes;
  return [
    ...(listed.length === 0 ? ['the task data or templates: the file is the same, what it names has changed'] : listed),
    `trials: ${missing(stored.keys, asked.keys)} no longer wanted, ${missing(asked.keys, stored.keys)} new`,
  ];
}

function show(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value);
}

function short(fingerprint: string): string {
  return fingerprint.slice(0, 12);
}

function missing(from: string[], keys: string[]): number {
  const present = new Set(keys);
  return from.filter((key) => !present.has(key)).length;
}
