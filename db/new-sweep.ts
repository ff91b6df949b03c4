// What a sweep file asks for, and what the database knows it again by.
import { createHash } from 'node:crypto';
import type { SweepFacts } from '../sweep/facts.ts';
import type { PlannedTrial } from '../sweep/plan.ts';
import type { Spec } from '../sweep/spec.ts';

export interface NewSweep {
  name: string;
  /** The sweep file's text. */
  source: string;
  spec: Spec;
  /** Needed where the search plans further trials. */
  facts?: SweepFacts | undefined;
  trials: PlannedTrial[];
}

/** A file to add trials by: what its trials are called today depends on their backbone's type. */
export interface SweepToAdd extends NewSweep {
  facts: SweepFacts;
}

export function identityOf({ name, source, spec, facts, trials: [first] }: NewSweep) {
  return {
    name,
    source,
    spec,
    facts: factsToKeep({ spec, facts }),
    window: spec.window,
    backbone: spec.backbone,
    backboneFingerprint: first?.trial.backbone.fingerprint ?? '',
  };
}

/** Of other searches all trials are there from the beginning. */
export function factsToKeep({ spec, facts }: Pick<NewSweep, 'spec' | 'facts'>): SweepFacts | null {
  return spec.search?.kind === 'tpe' ? (facts ?? null) : null;
}

export function contentHash(planned: PlannedTrial[]): string {
  const keys = planned.map(({ trialKey }) => trialKey).sort();
  return createHash('sha256').update(keys.join('\n')).digest('hex');
}

/** The trials that a TPE search begins with are the same, however many it shall come to. */
export function searchesMore(stored: Pick<Spec, 'search'>, asked: Pick<Spec, 'search'>): boolean {
  return (asked.search?.configurations ?? 0) > (stored.search?.configurations ?? 0);
}
