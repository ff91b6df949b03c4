// What differs between a stored sweep and one of the same name, in sentences.
import { eq } from 'drizzle-orm';
import { differingFields } from '../sweep/differences.ts';
import { shortFingerprint } from '../sweep/fingerprint.ts';
import type { Spec } from '../sweep/spec.ts';
import { otherSetupThan } from './inputs.ts';
import { ask, type Database, type Transaction } from './client.ts';
import { contentHash, identityOf, searchesMore, type NewSweep } from './new-sweep.ts';
import { trials, type sweeps } from './schema.ts';

type StoredSweep = typeof sweeps.$inferSelect;

interface Side {
  spec: Spec;
  backboneFingerprint: string;
  setup: string | null;
  keys: string[];
}

const SHOWN = 20;

/** What makes a file another one than the stored: nothing where it asks for the very trials, or where a budget took a part of them. */
export function listChanges(database: Database, stored: StoredSweep, asked: NewSweep): Promise<string[]> {
  return ask(database, async () => {
    const setup = await storedSetup(database, stored, asked);
    if (setup === null && isSame(stored, asked)) return [];
    const keys = await storedKeys(database, stored);
    const isPart = differingFields(stored.spec, asked.spec).length === 0 && missing(keys, keysOf(asked)) === 0;
    return setup === null && isPart ? [] : differencesFrom({ ...stored, setup, keys }, asked);
  });
}

/** Nothing where the file asks for the very trials. */
export async function changesIn(from: Database | Transaction, stored: StoredSweep, asked: NewSweep): Promise<string[]> {
  const setup = await storedSetup(from, stored, asked);
  if (setup === null && isSame(stored, asked)) return [];
  return differencesFrom({ ...stored, setup, keys: await storedKeys(from, stored) }, asked);
}

/** Null where it is not another one than the asked. */
function storedSetup(from: Database | Transaction, { id }: StoredSweep, asked: NewSweep): Promise<string | null> {
  return otherSetupThan(from, { sweepId: id, setup: setupOf(asked) });
}

function isSame(stored: StoredSweep, asked: NewSweep): boolean {
  return stored.contentHash === contentHash(asked.trials) && !searchesMore(stored.spec, asked.spec);
}

function differencesFrom(stored: Side, asked: NewSweep): string[] {
  return differences(stored, { ...identityOf(asked), setup: setupOf(asked) ?? null, keys: keysOf(asked) });
}

function setupOf({ trials: [first] }: NewSweep): string | undefined {
  return first?.trial.backbone.setup;
}

async function storedKeys(from: Database | Transaction, { id }: StoredSweep): Promise<string[]> {
  const rows = await from.select({ key: trials.trialKey }).from(trials).where(eq(trials.sweepId, id));
  return rows.map(({ key }) => key);
}

function keysOf(asked: NewSweep): string[] {
  return asked.trials.map(({ trialKey }) => trialKey);
}

/** Never empty: where the files agree, the backbone or the data have changed. */
function differences(stored: Side, asked: Side): string[] {
  const inFile = differingFields(stored.spec, asked.spec).map(
    ({ field, before, after }) => `${field}: ${show(before)} → ${show(after)}`,
  );
  const weights =
    stored.backboneFingerprint === asked.backboneFingerprint
      ? []
      : [
          `backbone weights: ${shortFingerprint(stored.backboneFingerprint)} → ${shortFingerprint(asked.backboneFingerprint)}`,
        ];
  const setup =
    stored.setup === null || asked.setup === null
      ? []
      : [
          `config.json or tokenizer of the backbone: ${shortFingerprint(stored.setup)} → ${shortFingerprint(asked.setup)}`,
        ];
  const causes = [...inFile, ...weights, ...setup];
  const listed = causes.length > SHOWN ? [...causes.slice(0, SHOWN), `… and ${causes.length - SHOWN} more`] : causes;
  return [
    ...(listed.length === 0
      ? ['the task data or templates, or what a method computes: the file is the same, what it names has changed']
      : listed),
    `trials: ${missing(stored.keys, asked.keys)} no longer wanted, ${missing(asked.keys, stored.keys)} new`,
  ];
}

function show(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value);
}

function missing(from: string[], keys: string[]): number {
  const present = new Set(keys);
  return from.filter((key) => !present.has(key)).length;
}
